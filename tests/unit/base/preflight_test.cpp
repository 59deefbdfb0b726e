#include "common/base/preflight.hpp"

#include <gtest/gtest.h>

namespace parley::http {
namespace {

constexpr const char* kUsual = "Authorization, Content-Type";

std::string allowed(const std::string& asked) {
  return allowed_request_headers(
      {.method = "OPTIONS", .headers = {{"access-control-request-headers", asked}}}, kUsual);
}

TEST(Preflight, IsAnsweredWithTheHeadersThatItAsksFor) {
  EXPECT_EQ(allowed("baggage, sentry-trace,traceparent ,\tx-requested-with"),
            "Authorization, Content-Type, baggage, sentry-trace, traceparent, x-requested-with");
  EXPECT_EQ(allowed("X-A_1.b~!#$%&'*+^`|"), "Authorization, Content-Type, X-A_1.b~!#$%&'*+^`|");
}

TEST(Preflight, NamesTheUsualOnesOnce) {
  EXPECT_EQ(allowed("authorization,content-type"), kUsual);
  EXPECT_EQ(allowed("CONTENT-TYPE, x-a"), "Authorization, Content-Type, x-a");
  EXPECT_EQ(allowed(""), kUsual);
  EXPECT_EQ(allowed_request_headers({.method = "OPTIONS"}, kUsual), kUsual);
}

TEST(Preflight, LeavesOutWhatIsNoNameOfAField) {
  for (const char* bad :
       {"a b", "a:b", "\"a\"", "a\r\nSet-Cookie: x=1", "a\x7f", "caf\xc3\xa9", "(a)", "a=b;c", ",,", " "})
    EXPECT_EQ(allowed(std::string(bad) + ", x-good"), "Authorization, Content-Type, x-good") << bad;
}

TEST(Preflight, IsBounded) {
  const std::string longest(kMaxPreflightHeaderBytes, 'a');
  EXPECT_EQ(allowed(longest), std::string(kUsual) + ", " + longest);
  EXPECT_EQ(allowed(longest + "a"), kUsual);

  std::string asked, expected = kUsual;
  for (std::size_t i = 0; i < kMaxPreflightHeaders; ++i) {
    asked += "x-" + std::to_string(i) + ",";
    expected += ", x-" + std::to_string(i);
  }
  EXPECT_EQ(allowed(asked), expected);
  EXPECT_EQ(allowed(asked + "x-one-more"), expected);
}

}  // namespace
}  // namespace parley::http
