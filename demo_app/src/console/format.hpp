#pragma once
#include <string>
#include <string_view>

#include <parley/parley.hpp>

namespace parley::demo {

/// What a channel is called for people: "general", or the other person of a 1x1 channel.
std::string title(const ChannelState& channel);
/// "  12  alice  hello" with what could move the cursor or fake a line taken out.
std::string format_message(const Message& message);
/// Text of others, safe for a terminal: control characters become '?'.
std::string printable(std::string_view text);

}  // namespace parley::demo
