#include "common/base/http_date.hpp"

#include <gtest/gtest.h>

#include "common/base/header_value.hpp"

namespace parley::http {
namespace {

using namespace std::chrono_literals;

const WallTime kTime = WallTime(std::chrono::sys_days(std::chrono::year(1994) / 11 / 6)) + 8h + 49min + 37s;

TEST(HttpDate, IsReadInItsThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), kTime);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), kTime);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), kTime);
}

TEST(HttpDate, IsNothingElse) {
  for (const char* text :
       {"", "GMT", "7", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 ovD 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT x", "Sun, 06 Nov 199 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:+7 GMT", "a b c d e f g h", "Sun, 06 Nov 1994 08:49:37 GMT                 "})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(RetryAfter, IsReadFromADateByTheClockOfWhoSentIt) {
  const Fields dated{{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                     {"Retry-After", "Sun, 06 Nov 1994 08:51:07 GMT"}};
  EXPECT_EQ(retry_after(dated), 90s);
  EXPECT_EQ(retry_after(dated, kTime + 24h), 90s) << "the receiver's clock does not count";
  EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 1994 08:51:07 GMT"}}, kTime + 500ms), 90s);
  EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 1994 08:51:07 GMT"}}), std::nullopt);
  EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"}}, kTime), 0s) << "it is over";
  EXPECT_EQ(retry_after({{"Retry-After", "Mon, 06 Nov 2034 08:00:00 GMT"}}, kTime), 24h);
}

}  // namespace
}  // namespace parley::http
