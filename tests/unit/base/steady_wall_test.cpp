#include "common/base/steady_wall.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using namespace std::chrono_literals;

TEST(SteadyWall, FollowsAClockThatGoesOnAndOneThatIsSetAhead) {
  SteadyWall wall;
  EXPECT_EQ(wall.at(TimePoint{} + 1s, WallTime{} + 100s), WallTime{} + 100s);
  EXPECT_EQ(wall.at(TimePoint{} + 2s, WallTime{} + 101s), WallTime{} + 101s);
  EXPECT_EQ(wall.at(TimePoint{} + 3s, WallTime{} + 500s), WallTime{} + 500s);
}

TEST(SteadyWall, GoesOnWhenTheClockIsSetBack) {
  SteadyWall wall;
  wall.at(TimePoint{} + 1s, WallTime{} + 1000s);
  EXPECT_EQ(wall.at(TimePoint{} + 2s, WallTime{} + 10s), WallTime{} + 1001s);
  EXPECT_EQ(wall.at(TimePoint{} + 100s, WallTime{} + 108s), WallTime{} + 1099s);
  EXPECT_EQ(wall.at(TimePoint{} + 2000s, WallTime{} + 5000s), WallTime{} + 5000s) << "caught up";
  EXPECT_EQ(wall.at(TimePoint{} + 2001s, WallTime{} + 5001s), WallTime{} + 5001s);
}

TEST(SteadyWall, NeverGoesBack) {
  SteadyWall wall;
  wall.at(TimePoint{} + 10s, WallTime{} + 1000s);
  EXPECT_EQ(wall.at(TimePoint{} + 9s, WallTime{} + 1s), WallTime{} + 1000s);
}

}  // namespace
}  // namespace parley
