#pragma once
#include <string>
#include <string_view>
#include <variant>

namespace parley::demo {

/// What a line of input asks for. Anything that does not begin with '/' is said in the current channel.
struct Say {
  std::string text;
};
struct Create {
  std::string name, description;
};
struct Join {
  std::string name;
};
struct Chat {
  std::string peer;
};
struct Go {
  std::string name;
};
struct Invite {
  std::string identity;
};
struct History {
  int messages = 20;
};
struct Older {};
struct ListChannels {};
struct ListMembers {};
struct MarkRead {};
struct Leave {};
struct ShowStatus {};
struct Help {};
struct Quit {};
struct Nothing {};
/// Not understood; the text says what was expected.
struct Bad {
  std::string reason;
};

using Command = std::variant<Say, Create, Join, Chat, Go, Invite, History, Older, ListChannels, ListMembers,
                             MarkRead, Leave, ShowStatus, Help, Quit, Nothing, Bad>;

Command parse_command(std::string_view line);

/// One line per command, for people.
std::string_view command_help();

}  // namespace parley::demo
