#include "common/base/http.hpp"

#include "common/base/header_value.hpp"

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

TEST(RetryAfter, IsInWholeSecondsAndNeverNow) {
  using namespace std::chrono_literals;
  const auto said = [](std::optional<std::chrono::milliseconds> wait) {
    Response response;
    add_retry_after(response, wait);
    return std::string(find_header(response.headers, "Retry-After").value_or("nothing"));
  };
  EXPECT_EQ(said(std::nullopt), "nothing");
  EXPECT_EQ(said(0ms), "1");
  EXPECT_EQ(said(1000ms), "1");
  EXPECT_EQ(said(1001ms), "2");
}

TEST(RetryAfter, IsReadInSeconds) {
  using namespace std::chrono_literals;
  const auto read = [](const char* text) { return retry_after(Fields{{"retry-after", text}}); };
  EXPECT_EQ(retry_after({}), std::nullopt);
  EXPECT_EQ(read("7"), 7000ms);
  EXPECT_EQ(read("0"), 0ms);
  EXPECT_EQ(read("999999999999"), 24h);
  for (const char* bad : {"", "-1", "1.5", "7 ", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"})
    EXPECT_EQ(read(bad), std::nullopt) << bad;
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
