#include "demo_app/src/console/format.hpp"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <sstream>

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

}  // namespace

std::string printable(std::string_view text) {
  std::string safe{text};
  std::replace_if(
      safe.begin(), safe.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return safe;
}

std::string title(const ChannelState& channel) {
  if (channel.kind == ChannelKind::private_) return "@" + printable(channel.peer);
  return "#" + printable(channel.name.empty() ? channel.sid : channel.name);
}

std::string format_message(const Message& message) {
  return clock_of(message.created_at) + " " + printable(message.author) + ": " + printable(message.text);
}

}  // namespace parley::demo
