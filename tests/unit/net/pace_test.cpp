#include "common/net/src/pace.hpp"

#include <gtest/gtest.h>

namespace parley::net {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{};
constexpr Duration kPatience = seconds(30);

class PaceTest : public testing::Test {
 protected:
  /// Looks every second, `per_second` bytes before each look; the second in which it is too slow, or -1.
  int cut_after(std::uint64_t per_second, int duration) {
    for (int second = 0; second < duration; ++second) {
      pace_.moved(per_second);
      if (pace_.too_slow(kStart + seconds(second))) return second;
    }
    return -1;
  }

  Pace pace_{kPatience};
};

TEST_F(PaceTest, SilenceIsCut) { EXPECT_EQ(cut_after(0, 100), 30); }

TEST_F(PaceTest, SilenceAfterMuchIsCutToo) {
  EXPECT_EQ(cut_after(100'000, 10), -1);
  EXPECT_FALSE(pace_.too_slow(kStart + seconds(38)));
  EXPECT_TRUE(pace_.too_slow(kStart + seconds(39)));
}

TEST_F(PaceTest, DrippingIsCutAfterTwiceThePatience) { EXPECT_EQ(cut_after(1, 1000), 60); }

TEST_F(PaceTest, HalfOfTheLowestRateIsTooLittle) { EXPECT_EQ(cut_after(Pace::kLowestRate / 2, 1000), 60); }

TEST_F(PaceTest, ALongBodyAtTheLowestRateIsNotCut) { EXPECT_EQ(cut_after(Pace::kLowestRate, 24 * 3600), -1); }

TEST_F(PaceTest, AQuickStartPaysForOneWindowOnly) {
  EXPECT_FALSE(pace_.too_slow(kStart));
  pace_.moved(150'000'000);
  EXPECT_EQ(cut_after(1, 1000), 120);
}

TEST_F(PaceTest, TimeWithoutAnythingToMoveDoesNotCount) {
  EXPECT_EQ(cut_after(Pace::kLowestRate, 20), -1);  // asked for the last time at 19 s
  for (int second = 20; second < 500; ++second) pace_.rest(kStart + seconds(second));
  EXPECT_FALSE(pace_.too_slow(kStart + seconds(499 + 29)));
  EXPECT_TRUE(pace_.too_slow(kStart + seconds(499 + 30)));
}

TEST_F(PaceTest, ARestBeforeTheFirstQuestionChangesNothing) {
  pace_.rest(kStart + seconds(1000));
  EXPECT_FALSE(pace_.too_slow(kStart + seconds(2000)));
  EXPECT_FALSE(pace_.too_slow(kStart + seconds(2029)));
  EXPECT_TRUE(pace_.too_slow(kStart + seconds(2030)));
}

TEST_F(PaceTest, APauseShorterThanThePatienceIsForgiven) {
  for (int second = 0; second < 1000; second += 25) {
    pace_.moved(40 * Pace::kLowestRate);
    EXPECT_FALSE(pace_.too_slow(kStart + seconds(second)));
    EXPECT_FALSE(pace_.too_slow(kStart + seconds(second + 24)));
  }
}

}  // namespace
}  // namespace parley::net
