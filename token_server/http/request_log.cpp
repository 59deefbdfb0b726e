#include "token_server/http/request_log.hpp"

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"

namespace parley::token_server {
namespace {

/// One flat JSON object, written straight into a text: there is a line for every request.
class Line {
 public:
  Line() { text_.reserve(400); }

  void put(std::string_view name, std::string_view value) {
    if (!value.empty()) json::append_quoted(key(name), value);
  }
  void put(std::string_view name, std::int64_t value) { key(name).append(std::to_string(value)); }
  std::string take() { return std::move(text_.append("}")); }

 private:
  std::string& key(std::string_view name) {
    text_.append(text_.empty() ? "{\"" : ",\"").append(name);
    return text_.append("\":");
  }

  std::string text_;
};

}  // namespace

std::string_view known_method(std::string_view method) {
  for (std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (method == known) return known;
  return "other";
}

std::string to_json_line(const RequestRecord& record, WallTime time) {
  Line line;
  line.put("time", format_iso8601(time));
  line.put("level", "info");
  line.put("event", "request");
  line.put("id", record.id);
  line.put("method", record.method);
  line.put("route", record.route);
  line.put("status", record.status);
  line.put("us", std::chrono::duration_cast<std::chrono::microseconds>(record.took).count());
  line.put("address", record.address);
  line.put("caller", record.caller);
  line.put("caller_name", record.caller_name);
  line.put("identity", record.identity);
  line.put("account", record.account);
  line.put("jti", record.token_id);
  if (!record.token_id.empty()) line.put("ttl", record.ttl.count());
  return line.take();
}

}  // namespace parley::token_server
