#pragma once
#include <string>
#include <string_view>

#include <parley/parley.hpp>

namespace parley::demo {

/// What a channel is called for people: "general", or the other person of a 1x1 channel.
std::string title(const ChannelState& channel);
/// "  12  alice  hello", the lines of a longer text indented, with what could move the cursor or fake a line
/// escaped.
std::string format_message(const Message& message);
/// A text of one line of others, safe for a terminal: what could move the cursor, turn the line around or
/// hide in it as \xNN.
std::string printable(std::string_view text);

}  // namespace parley::demo
