#include "token_server/http/request_log.hpp"

#include <array>
#include <charconv>

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/base/text_rules.hpp"

namespace parley::token_server {
namespace {

/// One flat JSON object, written straight into a text: there is a line for every request. What stands before
/// a value comes with it, because each piece that is appended costs.
class Line {
 public:
  Line() { text_.reserve(400); }

  void put(std::string_view text) { text_.append(text); }
  /// `value` is one of our own words: there is nothing to escape in it.
  void put_plain(std::string_view before, std::string_view value) {
    if (!value.empty()) text_.append(before).append(1, '"').append(value).append(1, '"');
  }
  void put_quoted(std::string_view before, std::string_view value) {
    if (!value.empty()) text_.append(before).append(escape_hazards_in_json(json::quote(value)));
  }
  void put_number(std::string_view before, std::int64_t value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(before).append(digits.data(), end);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string to_json_line(const RequestRecord& record, WallTime time) {
  Line line;
  line.put_plain(R"({"time":)", format_iso8601(time));
  line.put(R"(,"level":"info","event":"request")");
  line.put_plain(R"(,"id":)", record.id);
  line.put_plain(R"(,"method":)", record.method);
  line.put_plain(R"(,"route":)", record.route);
  line.put_number(R"(,"status":)", record.status);
  line.put_number(R"(,"us":)", std::chrono::duration_cast<std::chrono::microseconds>(record.took).count());
  line.put_quoted(R"(,"address":)", record.address);
  line.put_plain(R"(,"caller":)", record.caller);
  line.put_quoted(R"(,"caller_name":)", record.caller_name);
  line.put_plain(R"(,"identity":)", record.identity);
  line.put_quoted(R"(,"account":)", record.account);
  line.put_plain(R"(,"jti":)", record.token_id);
  if (!record.token_id.empty()) line.put_number(R"(,"ttl":)", record.ttl.count());
  line.put("}");
  return line.take();
}

}  // namespace parley::token_server
