#include "common/base/http.hpp"

#include <gtest/gtest.h>

namespace parley::http {
namespace {

TEST(Fields, HeadersAreFoundInAnyCaseAndParamsExactly) {
  const Fields fields{{"Content-Type", "text/plain"}, {"content-type", "second"}};
  EXPECT_EQ(find_header(fields, "CONTENT-TYPE"), "text/plain");
  EXPECT_EQ(find_header(fields, "Content"), std::nullopt);
  EXPECT_EQ(find_param(fields, "content-type"), "second");
}

TEST(Method, OnlyTheUsualOnesAreKnown) {
  EXPECT_EQ(known_method("POST"), "POST");
  EXPECT_EQ(known_method("post"), "other");
  EXPECT_EQ(known_method("alice"), "other");
}

TEST(Query, ParsesRepeatsEmptiesAndDropsBrokenMembers) {
  const Fields expected{{"a", "1"}, {"b", ""}, {"c", "x y"}, {"a", "2"}};
  EXPECT_EQ(parse_query("a=1&b&c=x%20y&&bad=%zz&a=2"), expected);
  EXPECT_EQ(parse_query(""), Fields{});
}

TEST(Query, PlusIsASpaceInFormsOnly) {
  EXPECT_EQ(parse_query("u=a+b", true), (Fields{{"u", "a b"}}));
  EXPECT_EQ(parse_query("u=a+b"), (Fields{{"u", "a+b"}}));
}

TEST(Query, RoundTripsReservedCharacters) {
  const Fields fields{{"na me", "a&b=c#\xc3\xa9"}, {"x", ""}};
  EXPECT_EQ(parse_query(format_query(fields)), fields);
}

}  // namespace
}  // namespace parley::http
