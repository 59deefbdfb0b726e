#include "common/base/json_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::json {
namespace {

using Texts = std::vector<std::string_view>;

TEST(JsonText, MembersComeInTheirOrderAsTheyAreWritten) {
  const auto members =
      members_in(R"( { "z" : {"b":[1,{"}":"]"}],"a":2} , "a\"\u0062":"x\\\"," ,"n":-1.50e3} )");
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].name, "z");
  EXPECT_EQ(members[0].value, R"({"b":[1,{"}":"]"}],"a":2})");
  EXPECT_EQ(members[1].name, "a\"b");
  EXPECT_EQ(members[1].value, R"("x\\\",")");
  EXPECT_EQ(members[2].value, "-1.50e3");
}

TEST(JsonText, ElementsToo) {
  EXPECT_EQ(elements_in("[1, \"a,]\" ,[2,[3]],{\"x\":[]}, null ]"),
            (Texts{"1", "\"a,]\"", "[2,[3]]", "{\"x\":[]}", "null"}));
  EXPECT_TRUE(elements_in("[ ]").empty());
}

TEST(JsonText, OfTwoMembersTheLastOneCountsAsInParse) {
  const char* text = R"({"a":1,"b":2,"a":3})";
  EXPECT_EQ(member_in(text, "a"), "3");
  EXPECT_EQ((*parse(text))["a"], 3);
  EXPECT_EQ(member_in(text, "c"), "");
}

TEST(JsonText, AByteOrderMarkIsSkippedAsInParse) {
  const char* text = "\xEF\xBB\xBF{\"a\":[7]}";
  ASSERT_TRUE(parse(text));
  EXPECT_EQ(elements_in(member_in(text, "a")), Texts{"7"});
}

TEST(JsonText, WhatIsOfAnotherKindOrNoJsonHasNoParts) {
  for (const char* text : {"", "1", "\"{}\"", "null", "{", "[", "{\"a\"", "{\"a\":", "[1", "\xEF\xBB\xBF"}) {
    EXPECT_TRUE(members_in(text).empty() || std::string_view(text) == "{\"a\":") << text;
    EXPECT_LE(elements_in(text).size(), 1u) << text;
  }
  EXPECT_TRUE(members_in("[{}]").empty());
  EXPECT_TRUE(elements_in("{\"a\":[]}").empty());
}

}  // namespace
}  // namespace parley::json
