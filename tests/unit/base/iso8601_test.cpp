#include "common/base/iso8601.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using namespace std::chrono;

TEST(Iso8601, WritesMillisecondsInUtc) {
  EXPECT_EQ(format_iso8601(WallTime{seconds{1700000000} + milliseconds{7}}), "2023-11-14T22:13:20.007Z");
  EXPECT_EQ(format_iso8601(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_iso8601(WallTime{milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(Iso8601, ReadsWhatItWritesAndTheShortForm) {
  const WallTime time{seconds{1700000000} + milliseconds{910}};
  EXPECT_EQ(parse_iso8601(format_iso8601(time)).value(), time);
  EXPECT_EQ(parse_iso8601("2023-11-14T22:13:20Z").value(), WallTime{seconds{1700000000}});
  EXPECT_EQ(parse_iso8601("2023-11-14T22:13:20.7Z").value(), WallTime{milliseconds{1700000000700}});
  EXPECT_EQ(parse_iso8601("2023-11-14T22:13:20.123456Z").value(), WallTime{milliseconds{1700000000123}});
}

TEST(Iso8601, RefusesAYearThatATimeCannotHold) {
  EXPECT_FALSE(parse_iso8601("1677-12-31T23:59:59Z"));
  EXPECT_TRUE(parse_iso8601("1678-01-01T00:00:00Z"));
  EXPECT_TRUE(parse_iso8601("2261-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_iso8601("2262-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_iso8601("9999-12-31T23:59:59Z"));
}

TEST(Iso8601, RefusesEverythingElse) {
  for (const char* bad :
       {"", "2023-11-14", "2023-13-14T22:13:20Z", "2023-02-30T00:00:00Z", "2023-11-14T24:13:20Z",
        "2023-11-14T22:13:20", "2023-11-14T22:13:20+00:00", "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20.1234567890Z", "x023-11-14T22:13:20Z", "2023-11-14T22:13:20.007Zx"})
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
}

}  // namespace
}  // namespace parley
