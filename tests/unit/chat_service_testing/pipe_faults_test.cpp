#include "chat_service/src/testing/pipe_faults.hpp"

#include <gtest/gtest.h>

namespace parley::testing {
namespace {

using namespace std::chrono_literals;

constexpr bool kDivisible = true;

void expect_fate(const PipeFaults::Fate& fate, const PipeFaults::Fate& expected) {
  EXPECT_EQ(fate.passes, expected.passes);
  EXPECT_EQ(fate.delay, expected.delay);
  EXPECT_EQ(fate.is_cut, expected.is_cut);
  EXPECT_EQ(fate.is_dead, expected.is_dead);
}

TEST(PipeFaults, WithoutAnyEverythingPassesAtOnce) {
  PipeFaults faults;
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.passes = 10});
  EXPECT_FALSE(faults.refuses());
}

TEST(PipeFaults, DelaysBothDirections) {
  PipeFaults faults;
  faults.delay(2s);
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.passes = 10, .delay = 2s});
  expect_fate(faults.on_bytes(Direction::to_service, 10, kDivisible), {.passes = 10, .delay = 2s});
}

TEST(PipeFaults, DropsEverything) {
  PipeFaults faults;
  faults.drop();
  faults.cut_after(Direction::to_client, 5);
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.is_dead = true});
}

TEST(PipeFaults, CutsOnceAfterSoManyBytesOfOneDirection) {
  PipeFaults faults;
  faults.cut_after(Direction::to_client, 15);
  expect_fate(faults.on_bytes(Direction::to_service, 100, kDivisible), {.passes = 100});
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.passes = 10});
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.passes = 5, .is_cut = true});
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.passes = 10});
}

TEST(PipeFaults, CutsBehindTheLastByteThatPasses) {
  PipeFaults faults;
  faults.cut_after(Direction::to_client, 10);
  expect_fate(faults.on_bytes(Direction::to_client, 10, !kDivisible), {.passes = 10, .is_cut = true});
}

TEST(PipeFaults, ZeroCutsBeforeAnythingPasses) {
  PipeFaults faults;
  faults.cut_after(Direction::to_service, 0);
  expect_fate(faults.on_bytes(Direction::to_service, 10, kDivisible), {.passes = 0, .is_cut = true});
}

TEST(PipeFaults, APartOfAMessageIsNothing) {
  PipeFaults faults;
  faults.cut_after(Direction::to_client, 9);
  expect_fate(faults.on_bytes(Direction::to_client, 10, !kDivisible), {.passes = 0, .is_cut = true});
}

TEST(PipeFaults, HealingEndsThemAll) {
  PipeFaults faults;
  faults.delay(1s);
  faults.drop();
  faults.refuse();
  faults.cut_after(Direction::to_client, 1);
  EXPECT_TRUE(faults.refuses());
  faults.heal();
  EXPECT_FALSE(faults.refuses());
  EXPECT_FALSE(faults.drops());
  EXPECT_EQ(faults.delay(), 0s);
  expect_fate(faults.on_bytes(Direction::to_client, 10, kDivisible), {.passes = 10});
}

}  // namespace
}  // namespace parley::testing
