#include "chat_service/src/shell/log_line.hpp"

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/base/text_rules.hpp"

namespace parley::chat_service {

LogLine::LogLine(std::string_view level, std::string_view event, WallTime time) {
  text_.append("{\"time\":\"").append(format_iso8601(time)).append("\"");
  put("level", level).put("event", event);
}

LogLine& LogLine::put(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  text_.append(",\"").append(name).append("\":");
  text_.append(escape_hazards_in_json(json::quote(value)));
  return *this;
}

LogLine& LogLine::put(std::string_view name, std::uint64_t value) {
  text_.append(",\"").append(name).append("\":").append(std::to_string(value));
  return *this;
}

}  // namespace parley::chat_service
