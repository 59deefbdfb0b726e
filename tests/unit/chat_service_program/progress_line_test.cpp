#include "chat_service/program/progress_line.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace parley::chat_service {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart{};

TEST(ProgressLine, IsWrittenInItsPlaceFiveTimesASecondAtMost) {
  std::ostringstream out;
  ProgressLine line(out, "check");
  line.show({.doing = "rules checked", .done = 1, .total = 4}, kStart);
  EXPECT_EQ(out.str(), "\rcheck: rules checked 1 of 4 (25 %)");
  line.show({.doing = "rules checked", .done = 2, .total = 4}, kStart + milliseconds(199));
  EXPECT_EQ(out.str(), "\rcheck: rules checked 1 of 4 (25 %)");
  line.show({.doing = "rules checked", .done = 3, .total = 4}, kStart + milliseconds(200));
  EXPECT_EQ(out.str(), "\rcheck: rules checked 1 of 4 (25 %)\rcheck: rules checked 3 of 4 (75 %)");
}

TEST(ProgressLine, CoversALongerOneAndIsBlankAtTheEnd) {
  std::ostringstream out;
  {
    ProgressLine line(out, "x");
    line.show({.doing = "longer"}, kStart);
    line.show({.doing = "ab"}, kStart + milliseconds(300));
    EXPECT_EQ(out.str(), "\rx: longer\rx: ab    ");
    out.str("");
  }
  EXPECT_EQ(out.str(), "\r     \r");
}

TEST(ProgressLine, LeavesNothingWhereNothingWasShown) {
  std::ostringstream out;
  { ProgressLine line(out, "x"); }
  EXPECT_EQ(out.str(), "");
}

TEST(ProgressLine, DoesWithoutATotal) {
  EXPECT_EQ(describe({.doing = "copying"}), "copying");
  EXPECT_EQ(describe({.doing = "rows imported", .done = 7}), "rows imported 7");
  EXPECT_EQ(describe({.doing = "bytes", .done = UINT64_MAX, .total = UINT64_MAX}),
            "bytes 18446744073709551615 of 18446744073709551615 (100 %)");
}

}  // namespace
}  // namespace parley::chat_service
