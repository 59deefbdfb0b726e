#include "demo_app/src/console/command.hpp"

#include <gtest/gtest.h>

#include "demo_app/src/console/format.hpp"

namespace parley::demo {
namespace {

template <class T>
const T& as(const Command& command) {
  return std::get<T>(command);
}

TEST(Command, PlainLinesAreSaid) {
  EXPECT_EQ(as<Say>(parse_command("  hello there \r")).text, "hello there");
  EXPECT_EQ(as<Say>(parse_command("//etc")).text, "/etc");
  EXPECT_TRUE(std::holds_alternative<Nothing>(parse_command("   ")));
}

TEST(Command, TakesArgumentsBehindTheName) {
  EXPECT_EQ(as<Create>(parse_command("/create general For all of us")).description, "For all of us");
  EXPECT_EQ(as<Join>(parse_command("/join two words")).name, "two words");
  EXPECT_EQ(as<History>(parse_command("/history 7")).messages, 7);
  EXPECT_EQ(as<History>(parse_command("/history")).messages, 20);
}

TEST(Command, SaysWhatWasExpected) {
  EXPECT_EQ(as<Bad>(parse_command("/join")).reason, "/join: expected a name behind it");
  EXPECT_EQ(as<Bad>(parse_command("/dance")).reason, "/dance: no such command; /help lists them");
  for (const char* bad : {"/history 0", "/history 101", "/history x", "/history 5 6"})
    EXPECT_TRUE(std::holds_alternative<Bad>(parse_command(bad))) << bad;
}

TEST(Command, TheHelpNamesEveryCommandThatItParses) {
  for (const char* name : {"create", "join", "chat", "go", "invite", "history", "older", "channels",
                           "members", "read", "leave", "status", "quit"}) {
    EXPECT_NE(command_help().find("/" + std::string(name)), std::string_view::npos) << name;
    const auto command = parse_command("/" + std::string(name) + " x");
    const auto* bad = std::get_if<Bad>(&command);
    EXPECT_TRUE(!bad || bad->reason.find("no such") == std::string::npos) << name;
  }
}

TEST(Format, TextOfOthersCannotMoveTheCursor) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc\x7f\u202E"), "a\\x1b[2Jb\\x0ac\\x7f\\xe2\\x80\\xae");
  EXPECT_EQ(printable("Zażółć 🎉"), "Zażółć 🎉");
}

}  // namespace
}  // namespace parley::demo
