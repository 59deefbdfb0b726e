#include "common/protocol/conversations/message_key.hpp"

#include <gtest/gtest.h>

namespace parley::conversations {
namespace {

TEST(MessageKey, IsAMemberBesideTheOthers) {
  EXPECT_EQ(attributes_with_key("{}", "k1"), R"({"parley.key":"k1"})");
  EXPECT_EQ(attributes_with_key(R"( { "a" : 1 } )", "k1"), R"( { "a" : 1 ,"parley.key":"k1"})");
  EXPECT_EQ(key_of(R"( { "a" : 1 ,"parley.key":"k1"})"), "k1");
}

TEST(MessageKey, LeavesTheRestAsItIs) {
  const std::string exact = R"({"big":123456789012345678901234567890,"twice":1,"twice":2,"text":"}"})";
  const auto with_key = attributes_with_key(exact, "k1").value();
  EXPECT_EQ(with_key.substr(0, exact.size() - 1), exact.substr(0, exact.size() - 1));
  EXPECT_EQ(key_of(with_key), "k1");
}

TEST(MessageKey, ReplacesOneThatIsThere) {
  EXPECT_EQ(key_of(attributes_with_key(R"({"parley.key":"old"})", "new").value()), "new");
}

TEST(MessageKey, IsQuoted) {
  const std::string strange = "a\"b\\c\xC3\xA9";
  EXPECT_EQ(key_of(attributes_with_key("{}", strange).value()), strange);
}

TEST(MessageKey, NeedsAnObject) {
  for (const char* none : {"[1]", "1", "\"text\"", "null", "", "{"})
    EXPECT_FALSE(attributes_with_key(none, "k"));
  for (const char* none : {"[1]", "{}", R"({"parley.key":1})", "", "{"}) EXPECT_EQ(key_of(none), "");
}

}  // namespace
}  // namespace parley::conversations
