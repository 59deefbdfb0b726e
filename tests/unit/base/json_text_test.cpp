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

TEST(JsonTextReader, ReadsWhatReaderReads) {
  TextReader reader(R"( {"a":1,"s":"x\"\u00e9","n":null,"t":true,"o":{"b":[1]},"l":[2],"\u0061b":7,"a":3} )",
                    "");
  EXPECT_EQ(reader.integer("a"), 3) << "the last one counts";
  EXPECT_EQ(reader.string("s"), "x\"\xC3\xA9");
  EXPECT_TRUE(reader.boolean("t"));
  EXPECT_EQ(reader.object("o"), R"({"b":[1]})");
  EXPECT_EQ(reader.array("l"), "[2]");
  EXPECT_EQ(reader.integer("ab"), 7);
  EXPECT_EQ(reader.optional_string("n"), std::nullopt);
  EXPECT_EQ(reader.optional_integer("missing"), std::nullopt);
  EXPECT_EQ(reader.any("n"), "");
  EXPECT_EQ(reader.any("missing"), "");
  EXPECT_FALSE(reader.failed());
}

TEST(JsonTextReader, NamesThePathOfTheFirstBadMember) {
  const char* text = R"({"a":1,"b":"x","c":null,"o":{},"more":9223372036854775808,"real":1.5})";
  const std::pair<void (*)(TextReader&), const char*> cases[] = {
      {[](TextReader& r) { r.integer("b"); }, "m[3].b: expected an integer"},
      {[](TextReader& r) { r.integer("more"); }, "m[3].more: expected an integer"},
      {[](TextReader& r) { r.integer("real"); }, "m[3].real: expected an integer"},
      {[](TextReader& r) { r.string("a"); }, "m[3].a: expected a string"},
      {[](TextReader& r) { r.string("c"); }, "m[3].c: expected a string"},
      {[](TextReader& r) { r.boolean("b"); }, "m[3].b: expected true or false"},
      {[](TextReader& r) { r.object("a"); }, "m[3].a: expected an object"},
      {[](TextReader& r) { r.array("o"); }, "m[3].o: expected an array"},
      {[](TextReader& r) { r.optional_string("a"); }, "m[3].a: expected a string or null"},
      {[](TextReader& r) { r.optional_integer("b"); }, "m[3].b: expected an integer or null"}};
  for (const auto& [read, message] : cases) {
    TextReader reader(text, "m[3]");
    read(reader);
    ASSERT_TRUE(reader.failed()) << message;
    EXPECT_EQ(reader.error().message, message);
    reader.string("missing");
    EXPECT_EQ(reader.error().message, message) << "the first one is kept";
  }
}

TEST(JsonTextReader, RefusesWhatIsNoObject) {
  TextReader reader("[1]", "config");
  EXPECT_EQ(reader.error().message, "config: expected an object");
}

TEST(JsonText, AQuoteBehindAnEvenNumberOfBackslashesEndsTheString) {
  EXPECT_EQ(elements_in(R"(["\\","\\\"]","x"])"), (Texts{R"("\\")", R"("\\\"]")", R"("x")"}));
}

}  // namespace
}  // namespace parley::json
