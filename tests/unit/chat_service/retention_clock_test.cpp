#include "chat_service/src/retention_clock.hpp"

#include <gtest/gtest.h>

namespace parley::chat_service {
namespace {

constexpr Millis kHour = 3'600'000, kDay = 24 * kHour, kYear = 365 * kDay;
constexpr Millis kStart = 50 * kYear;

class RetentionClockTest : public ::testing::Test {
 protected:
  /// What to go by after that much has passed, when the calendar says so.
  Millis look(Millis passed, Millis wall) {
    now_ += std::chrono::milliseconds(passed);
    clock_.look(wall, now_);
    return clock_.at(wall);
  }

  TimePoint now_{std::chrono::hours(5)};
  RetentionClock clock_;
};

TEST_F(RetentionClockTest, NothingIsOldBeforeAnythingIsKnown) { EXPECT_EQ(clock_.at(kStart), 0); }

TEST_F(RetentionClockTest, TheFirstTimeIsTakenAsItIs) {
  EXPECT_EQ(look(0, kStart), kStart);
  EXPECT_EQ(clock_.ahead(), 0);
}

TEST_F(RetentionClockTest, FollowsTheCalendarForAsLongAsItGoesRight) {
  look(0, kStart);
  for (int day = 1; day < 100; ++day) EXPECT_EQ(look(kDay, kStart + day * kDay), kStart + day * kDay);
  EXPECT_EQ(look(30 * kDay, kStart + 129 * kDay), kStart + 129 * kDay) << "what has passed is no jump";
}

TEST_F(RetentionClockTest, ADayAheadIsTakenAndAMomentMoreWaits) {
  look(0, kStart);
  EXPECT_EQ(look(kHour, kStart + kHour + kDay), kStart + kHour + kDay);
  EXPECT_EQ(look(kHour, kStart + 2 * kHour + 2 * kDay + 1), kStart + 2 * kHour + kDay);
  EXPECT_EQ(clock_.ahead(), kDay + 1);
}

TEST_F(RetentionClockTest, WhileItWaitsTimePassesAllTheSame) {
  look(0, kStart);
  look(kHour, kStart + kYear);
  EXPECT_EQ(look(3 * kHour, kStart + kYear + 3 * kHour), kStart + 4 * kHour);
}

TEST_F(RetentionClockTest, ACalendarThatComesBackIsFollowedAgain) {
  look(0, kStart);
  look(kHour, kStart + kYear);
  EXPECT_EQ(look(kHour, kStart + 2 * kHour), kStart + 2 * kHour);
  EXPECT_EQ(clock_.ahead(), 0);
}

TEST_F(RetentionClockTest, ACalendarThatIsBehindRemovesNothingAndIsNoJumpWhenItIsPutRight) {
  look(0, kStart);
  EXPECT_EQ(look(kHour, kStart - kYear), kStart - kYear);
  EXPECT_EQ(look(kHour, kStart + 2 * kHour), kStart + 2 * kHour);
  EXPECT_EQ(clock_.ahead(), 0);
}

TEST_F(RetentionClockTest, ATimeFromEarlierIsWhatAJumpIsMeasuredFrom) {
  clock_.restore(kStart);
  EXPECT_EQ(look(0, kStart + 2 * kDay), kStart) << "off for two days";
  EXPECT_EQ(clock_.ahead(), 2 * kDay);
}

TEST_F(RetentionClockTest, WhatAnOperatorAcceptsCounts) {
  look(0, kStart);
  look(kHour, kStart + kYear);
  clock_.restore(kStart + kYear);
  EXPECT_EQ(look(kHour, kStart + kYear + kHour), kStart + kYear + kHour);
  EXPECT_EQ(clock_.ahead(), 0);
  clock_.restore(kStart);
  EXPECT_EQ(clock_.latest(), kStart + kYear + kHour) << "what is older changes nothing";
}

}  // namespace
}  // namespace parley::chat_service
