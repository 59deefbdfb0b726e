#include "token_server/http/request_log.hpp"

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"

namespace parley::token_server {
namespace {

/// One flat JSON object, written straight into a text: there is a line for every request.
class Line {
 public:
  Line() { text_.reserve(400); }

  /// `value` is one of our own words: there is nothing to escape in it.
  void put_plain(std::string_view name, std::string_view value) {
    if (!value.empty()) key(name).append(1, '"').append(value).append(1, '"');
  }
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
  line.put_plain("time", format_iso8601(time));
  line.put_plain("level", "info");
  line.put_plain("event", "request");
  line.put_plain("id", record.id);
  line.put_plain("method", record.method);
  line.put_plain("route", record.route);
  line.put("status", record.status);
  line.put("us", std::chrono::duration_cast<std::chrono::microseconds>(record.took).count());
  line.put("address", record.address);
  line.put_plain("caller", record.caller);
  line.put("caller_name", record.caller_name);
  line.put_plain("identity", record.identity);
  line.put("account", record.account);
  line.put_plain("jti", record.token_id);
  if (!record.token_id.empty()) line.put("ttl", record.ttl.count());
  return line.take();
}

}  // namespace parley::token_server
