#include "demo_app/src/console/format.hpp"

#include <ctime>
#include <iomanip>
#include <sstream>

#include "common/base/text_rules.hpp"

namespace parley::demo {
namespace {

std::string clock_of(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::ostringstream text;
  text << std::put_time(&local, "%H:%M");
  return text.str();
}

// Its lines stand behind the time, so that none of them looks like another message.
std::string indented(std::string_view text) {
  std::string out;
  for (const char c : escape_hazards(text, TextKind::text)) {
    if (c == '\t')
      out += "    ";
    else
      out += c;
    if (c == '\n') out += "      ";
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return escape_hazards(text, TextKind::line); }

std::string title(const ChannelState& channel) {
  if (channel.kind == ChannelKind::direct) return "@" + printable(channel.peer);
  return "#" + printable(channel.name.empty() ? channel.sid : channel.name);
}

std::string format_message(const Message& message) {
  return clock_of(message.created_at) + " " + printable(message.author) + ": " + indented(message.text);
}

}  // namespace parley::demo
