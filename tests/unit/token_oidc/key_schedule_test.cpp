#include "token_server/oidc/key_schedule.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;

class KeyScheduleTest : public testing::Test {
 protected:
  void fetch(std::optional<std::chrono::seconds> max_age = std::nullopt) {
    schedule_.on_started();
    schedule_.on_fetched(now_, max_age);
  }
  void fail(double random = 1) {
    schedule_.on_started();
    schedule_.on_failed(now_, random);
  }
  /// How long it is until the next fetch is due.
  Duration pause() const { return *schedule_.next_fetch() - now_; }

  KeySchedule schedule_;
  TimePoint now_ = TimePoint(1h);
};

TEST_F(KeyScheduleTest, WantsKeysFromTheStart) {
  EXPECT_TRUE(schedule_.due(now_));
  EXPECT_FALSE(schedule_.usable(now_));
  EXPECT_FALSE(schedule_.failing());
}

TEST_F(KeyScheduleTest, FetchesOneAtATime) {
  schedule_.on_started();
  EXPECT_TRUE(schedule_.fetching());
  EXPECT_FALSE(schedule_.due(now_ + 24h));
  EXPECT_FALSE(schedule_.may_search(now_));
  EXPECT_EQ(schedule_.next_fetch(), std::nullopt);
  schedule_.on_fetched(now_, std::nullopt);
  EXPECT_FALSE(schedule_.fetching());
}

TEST_F(KeyScheduleTest, KeepsKeysFreshForWhatTheIssuerSaysWithinBounds) {
  const struct {
    std::optional<std::chrono::seconds> max_age;
    Duration fresh;
  } cases[] = {{std::nullopt, 1h}, {0s, 5min}, {299s, 5min}, {301s, 301s},
               {6h, 6h},           {24h, 24h}, {25h, 24h},   {24h * 365 * 10, 24h}};
  for (const auto& c : cases) {
    fetch(c.max_age);
    EXPECT_EQ(pause(), c.fresh);
    EXPECT_FALSE(schedule_.due(now_ + c.fresh - 1ns));
    EXPECT_TRUE(schedule_.due(now_ + c.fresh));
    EXPECT_TRUE(schedule_.usable(now_ + c.fresh + 24h - 1ns));
    EXPECT_FALSE(schedule_.usable(now_ + c.fresh + 24h));
  }
}

TEST_F(KeyScheduleTest, UsesStaleKeysForADayWhileTheIssuerIsDown) {
  fetch(5min);
  const auto end = now_ + 5min + 24h;
  int attempts = 0;
  while (*schedule_.next_fetch() < end) {
    now_ = *schedule_.next_fetch();
    ASSERT_TRUE(schedule_.usable(now_));
    fail();
    ++attempts;
  }
  EXPECT_FALSE(schedule_.usable(end));
  EXPECT_GT(attempts, 24 * 12) << "at least one in five minutes";
  EXPECT_LT(attempts, 24 * 12 + 10);
}

TEST_F(KeyScheduleTest, PausesTwiceAsLongAfterEachFailureUpToFiveMinutes) {
  for (const Duration expected : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
    fail();
    EXPECT_EQ(pause(), expected);
    EXPECT_FALSE(schedule_.due(now_ + expected - 1ns));
    now_ += expected;
    EXPECT_TRUE(schedule_.due(now_));
  }
  for (int i = 0; i < 100; ++i) fail();
  EXPECT_EQ(pause(), 300s);
}

TEST_F(KeyScheduleTest, ShortensPausesAtRandomByUpToHalf) {
  fail(0.5);
  EXPECT_EQ(pause(), 750ms);
  fail(0);
  EXPECT_EQ(pause(), 1s);
}

TEST_F(KeyScheduleTest, ForgetsFailuresAfterASuccess) {
  for (int i = 0; i < 5; ++i) fail();
  EXPECT_TRUE(schedule_.failing());
  fetch();
  EXPECT_FALSE(schedule_.failing());
  EXPECT_EQ(pause(), 1h);
  fail();
  EXPECT_EQ(pause(), 1s);
}

TEST_F(KeyScheduleTest, SearchesForAnUnknownKeyOnceAMinute) {
  fetch();
  EXPECT_TRUE(schedule_.may_search(now_));
  schedule_.on_search_started(now_);
  EXPECT_FALSE(schedule_.may_search(now_)) << "one is under way";
  schedule_.on_fetched(now_ + 1s, std::nullopt);
  EXPECT_FALSE(schedule_.may_search(now_ + 59s));
  EXPECT_TRUE(schedule_.may_search(now_ + 60s));
}

TEST_F(KeyScheduleTest, SearchesNotInThePauseAfterAFailure) {
  fetch();
  schedule_.on_search_started(now_);
  schedule_.on_failed(now_, 1);
  EXPECT_FALSE(schedule_.may_search(now_ + 1h));
  EXPECT_TRUE(schedule_.due(now_ + 1s)) << "but it is tried again soon";
}

TEST_F(KeyScheduleTest, SaysWhenToAskAgain) {
  for (int i = 0; i < 4; ++i) fail();
  EXPECT_EQ(schedule_.retry_after(now_), 8s);
  EXPECT_EQ(schedule_.retry_after(now_ + 5500ms), 2500ms);
  EXPECT_EQ(schedule_.retry_after(now_ + 7900ms), 1s) << "never less than a second";
  EXPECT_EQ(schedule_.retry_after(now_ + 1h), 1s);
  EXPECT_EQ(schedule_.retry_after(now_ + 1ns), 8s) << "rounded up";
}

}  // namespace
}  // namespace parley::token_server
