#include "token_server/http/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;

int taken_at_once(RateLimiter& limiter, unsigned per_minute, TimePoint now) {
  int taken = 0;
  while (!limiter.take("alice", per_minute, now)) ++taken;
  return taken;
}

TEST(RateLimiter, LetsSixSecondsWorthThroughAtOnce) {
  for (const auto& [per_minute, burst] : {std::pair{600u, 60}, {6000u, 600}, {10u, 5}, {1u, 5}}) {
    RateLimiter limiter;
    EXPECT_EQ(taken_at_once(limiter, per_minute, TimePoint{}), burst) << per_minute;
  }
}

TEST(RateLimiter, KeepsTheRateOverAMinute) {
  RateLimiter limiter;
  const TimePoint start{};
  const int burst = taken_at_once(limiter, 600, start);
  int taken = 0;
  for (auto now = start; now <= start + 60s; now += 10ms) taken += limiter.take("alice", 600, now) ? 0 : 1;
  EXPECT_NEAR(taken, 600, 1);
  EXPECT_EQ(burst, 60);
}

TEST(RateLimiter, SaysHowLongToWait) {
  RateLimiter limiter;
  const TimePoint start{};
  taken_at_once(limiter, 60, start);
  const auto wait = limiter.take("alice", 60, start);
  ASSERT_TRUE(wait);
  EXPECT_GT(*wait, 0s);
  EXPECT_LE(*wait, 1s);
  EXPECT_TRUE(limiter.take("alice", 60, start + *wait - 1ms));
  EXPECT_FALSE(limiter.take("alice", 60, start + *wait));
}

TEST(RateLimiter, AClockThatIsSetBackMakesNobodyWaitLonger) {
  RateLimiter limiter;
  const TimePoint before = TimePoint{} + 24h;
  taken_at_once(limiter, 60, before);
  const TimePoint now = before - 12h;
  const auto wait = limiter.take("alice", 60, now);
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, 1s);
  EXPECT_FALSE(limiter.take("alice", 60, now + 1s));
  EXPECT_EQ(taken_at_once(limiter, 60, now + 1min), 6) << "a whole burst again";
}

TEST(RateLimiter, AHigherRateIsNotHeldUpByALowerOneBefore) {
  RateLimiter limiter;
  taken_at_once(limiter, 1, TimePoint{});
  const auto wait = limiter.take("alice", 600, TimePoint{});
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, 100ms);
}

TEST(RateLimiter, KeepsPartiesApart) {
  RateLimiter limiter;
  taken_at_once(limiter, 60, TimePoint{});
  EXPECT_FALSE(limiter.take("bob", 60, TimePoint{}));
}

TEST(RateLimiter, WithoutARateEverythingPasses) {
  RateLimiter limiter;
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(limiter.take("alice", 0, TimePoint{}));
  EXPECT_EQ(limiter.parties(), 0u);
}

TEST(RateLimiter, ForgetsSomebodyRatherThanGrow) {
  RateLimiter limiter;
  for (std::size_t i = 0; i < RateLimiter::kMostParties + 1000; ++i)
    ASSERT_FALSE(limiter.take(std::to_string(i), 1, TimePoint{}));
  EXPECT_EQ(limiter.parties(), RateLimiter::kMostParties);
  // Those whose bucket is full again go first, all at once.
  ASSERT_FALSE(limiter.take("later", 1, TimePoint{} + 1h));
  EXPECT_EQ(limiter.parties(), 1u);
}

}  // namespace
}  // namespace parley::token_server
