#include <gtest/gtest.h>

#include "common/base/backoff.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> waits(Backoff& backoff, int count, double random = 0) {
  std::vector<Duration> all;
  for (int i = 0; i < count; ++i) all.push_back(backoff.after_failure(random));
  return all;
}

TEST(Backoff, DoublesUpToTheLongestWait) {
  Backoff backoff({1s, 5s});
  EXPECT_EQ(waits(backoff, 5), (std::vector<Duration>{1s, 2s, 4s, 5s, 5s}));
}

TEST(Backoff, BeginsAgainAfterAReset) {
  Backoff backoff({1s, 60s});
  waits(backoff, 3);
  EXPECT_EQ(backoff.failures(), 3);
  backoff.reset();
  EXPECT_EQ(backoff.failures(), 0);
  EXPECT_EQ(waits(backoff, 2), (std::vector<Duration>{1s, 2s}));
}

TEST(Backoff, SpreadsEachWaitBetweenTheTwoFactors) {
  const BackoffSettings settings{10s, 60s, 0.8, 1.2};
  Backoff low(settings), middle(settings), high(settings);
  EXPECT_EQ(low.after_failure(0), 8s);
  EXPECT_EQ(middle.after_failure(0.5), 10s);
  EXPECT_NEAR(std::chrono::duration<double>(high.after_failure(0.999999)).count(), 12, 0.001);
}

TEST(Backoff, NeverOverflows) {
  Backoff backoff({1s, Duration::max() / 2});
  Duration before{};
  for (int i = 0; i < 200; ++i) {
    const Duration wait = backoff.after_failure(0);
    ASSERT_GE(wait, before);
    before = wait;
  }
  EXPECT_GT(before, std::chrono::hours(24 * 365));
}

TEST(Backoff, AFirstWaitBeyondTheLongestIsCut) {
  Backoff backoff({10s, 3s});
  EXPECT_EQ(waits(backoff, 2), (std::vector<Duration>{3s, 3s}));
}

}  // namespace
}  // namespace parley
