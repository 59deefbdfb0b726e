#include "common/base/json.hpp"
#include "common/base/json_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/limits.hpp"

namespace parley::json {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonParse, AcceptsTheDepthLimitAndRefusesOneMore) {
  EXPECT_TRUE(parse(nested(limits::kJsonDepth)));
  EXPECT_FALSE(parse(nested(limits::kJsonDepth + 1)));
  EXPECT_FALSE(parse(nested(10'000)));
  EXPECT_TRUE(parse("\"" + nested(10'000) + "\\\"[[\"")) << "brackets inside a string are text";
}

TEST(JsonParse, RefusesBadSyntaxAndBadUtf8) {
  for (const char* bad : {"", "{", "{} x", "{'a':1}", "\"\xff\"", "[1,]"}) EXPECT_FALSE(parse(bad)) << bad;
  EXPECT_FALSE(parse_object("[]"));
}

TEST(JsonParse, RefusesAZeroByteAndWhateverIsBehindIt) {
  using namespace std::string_view_literals;
  for (const auto bad : {"{}\0"sv, "{}\0x"sv, "\0{}"sv, "{\"a\":\"\0\"}"sv, "\0"sv}) EXPECT_FALSE(parse(bad));
  EXPECT_FALSE(parse_unique_object("{\"a\":1}\0{\"a\":2}"sv));
}

std::string array_of(std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "0" : ",0";
  return text + "]";
}

std::string object_of(std::size_t count) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  return text + "}";
}

TEST(JsonParse, CountsMembersAndElementsOfTheWholeText) {
  EXPECT_TRUE(parse(object_of(limits::kJsonMembers)));
  EXPECT_TRUE(parse(array_of(limits::kJsonElements)));
  EXPECT_EQ(parse(object_of(limits::kJsonMembers + 1)).error().message, "JSON: more than 10000 members");
  EXPECT_EQ(parse(array_of(limits::kJsonElements + 1)).error().code, Errc::limit_exceeded);
  const Bounds two{2, 2};
  EXPECT_TRUE(parse(R"({"a":[{"b":1},2]})", two));
  EXPECT_FALSE(parse(R"({"a":[{"b":1},{"c":2}]})", two));
  EXPECT_FALSE(parse("[[1],[2]]", two));
}

TEST(JsonParse, NumbersAreExactAndFinite) {
  for (const char* text : {"0.1", "0.30000000000000004", "2.2250738585072014e-308", "1.7976931348623157e+308",
                           "-1.5e3", "123456789012345678901", "1e-400"})
    EXPECT_EQ(parse(text).value().get<double>(), std::strtod(text, nullptr)) << text;
  EXPECT_EQ(parse("18446744073709551615").value(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse("-9223372036854775808").value(), std::numeric_limits<std::int64_t>::min());
  for (const char* bad : {"1e400", "-1e400", "01", "1.", ".5", "+1", "1e", "NaN", "Infinity"}) {
    EXPECT_FALSE(parse(bad)) << bad;
    EXPECT_FALSE(check(bad)) << bad;
  }
}

TEST(JsonParse, EscapesBecomeTheirCharacters) {
  EXPECT_EQ(parse(R"("\u00e9\ud83d\ude00\n\"\\\/")").value(), "\xC3\xA9\xF0\x9F\x98\x80\n\"\\/");
  for (const char* bad : {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", R"("\x41")", "\"\n\""})
    EXPECT_FALSE(parse(bad)) << bad;
}

TEST(JsonCheck, TakesAndRefusesWhatParseDoes) {
  for (const char* good : {"{}", " [1, {\"a\": null}] ", "\xEF\xBB\xBF[7]", "0"})
    EXPECT_TRUE(check(good)) << good;
  for (const char* bad : {"", "{", "{} x", "\"\xff\"", "[1,]"}) EXPECT_FALSE(check(bad)) << bad;
  EXPECT_EQ(check("\"\xff\"").error().message, parse("\"\xff\"").error().message);
  EXPECT_TRUE(check(nested(limits::kJsonDepth)));
  EXPECT_EQ(check(nested(limits::kJsonDepth + 1)).error().message, "JSON: nested too deeply");
  EXPECT_EQ(check(object_of(3), {2, 2}).error().message, "JSON: more than 2 members");
  EXPECT_EQ(check(array_of(3), {2, 2}).error().code, Errc::limit_exceeded);
  EXPECT_TRUE(check_object(" \xEF\xBB\xBF{}") || check_object("\xEF\xBB\xBF {}"));
  EXPECT_EQ(check_object("[]").error().message, "JSON: not an object");
}

TEST(JsonParse, CountsWhatIsThereTwice) {
  EXPECT_FALSE(parse(R"({"a":1,"a":2,"a":3})", Bounds{2, 2})) << "or one name would be free of charge";
}

TEST(JsonParse, OfTwoMembersTheLastOneCounts) {
  EXPECT_EQ(dump(*parse(R"({"a":{"b":1},"a":{"c":2}})")), R"({"a":{"c":2}})");
}

TEST(JsonParse, NamesTheMemberThatIsThereTwice) {
  EXPECT_FALSE(parse_unique_object(R"({"a":1,"a":2})"));
  EXPECT_TRUE(parse_unique_object(R"({"a":{"a":1},"b":{"a":2}})"));
  EXPECT_EQ(find_repeated_member(R"({"x":[{"y":{"a":1,"b":2,"a":3}}]})"), "x[].y.a");
  EXPECT_EQ(find_repeated_member(R"({"a":1})"), std::nullopt);
}

TEST(JsonIsJson, TakesAsManyMembersAsTheBytesAllow) {
  EXPECT_TRUE(is_json(object_of(2 * limits::kJsonMembers)));
  EXPECT_FALSE(is_json(nested(limits::kJsonDepth + 1)));
}

TEST(JsonReader, NamesThePathOfTheFirstBadMember) {
  const Value value = Value::parse(R"({"a": 1, "b": "x", "c": null})");
  Reader reader(value, "messages[3]");
  EXPECT_EQ(reader.integer("a"), 1);
  EXPECT_EQ(reader.optional_string("c"), std::nullopt);
  EXPECT_EQ(reader.optional_string("missing"), std::nullopt);
  EXPECT_FALSE(reader.failed());
  reader.integer("b");
  reader.string("a");
  EXPECT_EQ(reader.error().message, "messages[3].b: expected an integer");
}

TEST(JsonReader, ARequiredMemberMayNotBeNull) {
  const Value value = Value::parse(R"({"c": null})");
  Reader reader(value, "");
  reader.string("c");
  EXPECT_EQ(reader.error().message, "c: expected a string");
}

TEST(JsonReader, IntegersThatDoNotFitAreRefusedNotWrapped) {
  const Value value =
      Value::parse(R"({"most": 9223372036854775807, "more": 9223372036854775808, "real": 1.5})");
  Reader most(value, ""), more(value, ""), real(value, "");
  EXPECT_EQ(most.integer("most"), std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(most.failed());
  more.integer("more");
  EXPECT_TRUE(more.failed());
  real.integer("real");
  EXPECT_TRUE(real.failed());
}

TEST(JsonReader, RefusesWhatIsNoObject) {
  const Value value = Value::parse("[1]");
  Reader reader(value, "config");
  reader.string("a");
  EXPECT_EQ(reader.error().message, "config: expected an object");
}

TEST(JsonDump, ReplacesBadBytesInsteadOfThrowing) { EXPECT_EQ(dump("a\xff"), "\"a\xef\xbf\xbd\""); }

TEST(JsonDump, KeepsTheOrderThatOurCodeWrote) {
  EXPECT_EQ(dump({{"z", 1}, {"a", {{"y", 2}, {"b", 3}}}}), R"({"z":1,"a":{"y":2,"b":3}})");
}

}  // namespace
}  // namespace parley::json
