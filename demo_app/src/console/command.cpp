#include "demo_app/src/console/command.hpp"

#include <charconv>
#include <utility>

namespace parley::demo {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  const auto end = std::min(text.find(' '), text.size());
  return {text.substr(0, end), trim(text.substr(end))};
}

Command parse_history(std::string_view argument) {
  History history;
  if (argument.empty()) return history;
  const char* end = argument.data() + argument.size();
  const auto [stop, error] = std::from_chars(argument.data(), end, history.messages);
  if (error != std::errc{} || stop != end || history.messages < 1 || history.messages > 100)
    return Bad{"/history: expected a number from 1 to 100"};
  return history;
}

Command parse_create(std::string_view argument) {
  const auto [name, description] = first_word(argument);
  return Create{std::string(name), std::string(description)};
}

using Parse = Command (*)(std::string_view argument);

struct Row {
  std::string_view name;
  bool wants_argument;
  Parse parse;
};

constexpr Row kRows[] = {
    {"create", true, parse_create},
    {"join", true, [](std::string_view argument) -> Command { return Join{std::string(argument)}; }},
    {"chat", true, [](std::string_view argument) -> Command { return Chat{std::string(argument)}; }},
    {"go", true, [](std::string_view argument) -> Command { return Go{std::string(argument)}; }},
    {"invite", true, [](std::string_view argument) -> Command { return Invite{std::string(argument)}; }},
    {"history", false, parse_history},
    {"older", false, [](std::string_view) -> Command { return Older{}; }},
    {"channels", false, [](std::string_view) -> Command { return ListChannels{}; }},
    {"members", false, [](std::string_view) -> Command { return ListMembers{}; }},
    {"read", false, [](std::string_view) -> Command { return MarkRead{}; }},
    {"leave", false, [](std::string_view) -> Command { return Leave{}; }},
    {"status", false, [](std::string_view) -> Command { return ShowStatus{}; }},
    {"help", false, [](std::string_view) -> Command { return Help{}; }},
    {"quit", false, [](std::string_view) -> Command { return Quit{}; }},
};

}  // namespace

Command parse_command(std::string_view line) {
  line = trim(line);
  if (line.empty()) return Nothing{};
  if (line.front() != '/') return Say{std::string(line)};
  if (line.starts_with("//")) return Say{std::string(line.substr(1))};
  const auto [name, argument] = first_word(line.substr(1));
  for (const auto& row : kRows) {
    if (row.name != name) continue;
    if (row.wants_argument && argument.empty())
      return Bad{"/" + std::string(name) + ": expected a name behind it"};
    return row.parse(argument);
  }
  return Bad{"/" + std::string(name) + ": no such command; /help lists them"};
}

std::string_view command_help() {
  return R"(  text                   say it in the current channel (//text: a text that begins with '/')
  /channels              your channels, with unread counts
  /create NAME [ABOUT]   make a group channel and go there
  /join NAME             join a group channel and go there
  /chat PERSON           your 1x1 channel with somebody
  /go NAME               make one of your channels the current one
  /invite PERSON         bring somebody into the current channel
  /members               who is here, and how far they have read
  /history [N]           the last N messages; /older goes on from there
  /read                  mark all as read
  /leave                 leave the current channel
  /status                connection and identity
  /quit                  bye
)";
}

}  // namespace parley::demo
