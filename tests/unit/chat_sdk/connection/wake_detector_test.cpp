#include "chat_sdk/src/connection/wake_detector.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

class WakeDetectorTest : public ::testing::Test {
 protected:
  WakeDetectorTest() { detector.on_input(now, wall, std::nullopt); }

  /// The next input, with so much more on each clock.
  std::optional<Duration> after(Duration steady, std::chrono::seconds on_wall,
                                std::optional<Duration> due_in = {}) {
    std::optional<TimePoint> due;
    if (due_in) due = now + *due_in;
    now += steady;
    wall += on_wall;
    return detector.on_input(now, wall, due);
  }

  TimePoint now{1000s};
  WallTime wall{std::chrono::hours(24 * 365 * 56)};
  WakeDetector detector;
};

TEST_F(WakeDetectorTest, TakesAnIdleHourForAnIdleHour) {
  EXPECT_FALSE(after(1h, 3600s));
  EXPECT_FALSE(after(1h, 3600s, 1h));
}

TEST_F(WakeDetectorTest, NoticesAMachineWhoseSteadyClockStoodWhileItSlept) {
  const auto slept = after(20s, 20s + 9h, 20s);
  ASSERT_TRUE(slept);
  EXPECT_EQ(*slept, 9h);
  EXPECT_FALSE(after(20s, 20s)) << "told once";
}

TEST_F(WakeDetectorTest, NoticesAProcessThatWasStoppedWhileBothClocksWentOn) {
  const auto slept = after(60s, 60s, 20s);
  ASSERT_TRUE(slept);
  EXPECT_EQ(*slept, 40s);
}

TEST_F(WakeDetectorTest, BearsABusyMachineAndAClockThatIsCorrected) {
  EXPECT_FALSE(after(25s, 25s, 20s));
  EXPECT_FALSE(after(10s, 15s));
  EXPECT_FALSE(after(10s, 5s));
}

TEST_F(WakeDetectorTest, CountsWhatWasDueForLongFromTheLastInput) {
  EXPECT_FALSE(after(3s, 3s, -100s)) << "inputs came meanwhile: this process lives";
}

TEST_F(WakeDetectorTest, TakesAClockThatIsSetBackForNothingAndOneSetAheadForASleep) {
  EXPECT_FALSE(after(1s, -3600s));
  EXPECT_TRUE(after(1s, 3600s));
}

}  // namespace
}  // namespace parley::detail
