#include "chat_sdk/src/connection/request_gate.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace parley::detail {
namespace {

using namespace std::chrono_literals;
using Id = RequestGate::Id;

class RequestGateTest : public ::testing::Test {
 protected:
  void submit(Id id) { gate.submit(id); }
  void submit_in_background(Id id) { gate.submit(id, /*background=*/true); }
  std::vector<Id> sent() {
    std::vector<Id> ids;
    while (const auto id = gate.next(now)) ids.push_back(*id);
    return ids;
  }
  void refuse(Id id, std::optional<Duration> retry_after = 1s) { gate.on_refused(id, retry_after, now, 0.5); }
  using Ids = std::vector<Id>;

  TimePoint now{1h};
  RequestGate gate{{.in_flight = 4, .background_in_flight = 2}};
};

// open

TEST_F(RequestGateTest, OpenSendsInOrderUpToTheBound) {
  for (Id id = 1; id <= 6; ++id) submit(id);
  EXPECT_EQ(sent(), (Ids{1, 2, 3, 4}));
  EXPECT_EQ(gate.queued(), 2u);
  EXPECT_FALSE(gate.next_deadline()) << "only an answer helps";
  gate.on_answered(2);
  EXPECT_EQ(sent(), (Ids{5}));
}

TEST_F(RequestGateTest, OpenPrefersWhatAUserWaitsFor) {
  for (Id id = 1; id <= 4; ++id) submit_in_background(id);
  EXPECT_EQ(sent(), (Ids{1, 2})) << "the background has a bound of its own";
  submit(5);
  submit_in_background(6);
  submit(7);
  EXPECT_EQ(sent(), (Ids{5, 7}));
  gate.on_answered(1);
  EXPECT_EQ(sent(), (Ids{3}));
}

TEST_F(RequestGateTest, OpenForgetsWhatIsRemoved) {
  for (Id id = 1; id <= 6; ++id) submit(id);
  EXPECT_EQ(sent(), (Ids{1, 2, 3, 4}));
  gate.remove(5);
  gate.remove(1);
  EXPECT_EQ(sent(), (Ids{6}));
  for (Id id = 2; id <= 6; ++id) gate.remove(id);
  EXPECT_EQ(gate.queued(), 0u);
  gate.on_answered(3);
  gate.on_refused(3, 1s, now, 0);
  gate.remove(99);
  submit(4);
  EXPECT_EQ(sent(), (Ids{4}));
}

// closed

TEST_F(RequestGateTest, ClosedLetsNobodyThroughUntilTheTimeTheServiceSays) {
  submit(1);
  sent();
  refuse(1, 7s);
  submit(2);
  EXPECT_EQ(sent(), Ids{});
  EXPECT_EQ(gate.next_deadline(), now + 7s);
  now += 7s - 1ns;
  EXPECT_EQ(sent(), Ids{});
  now += 1ns;
  EXPECT_EQ(sent(), (Ids{1, 2})) << "the refused one is the first";
}

TEST_F(RequestGateTest, ClosedWithoutATimeWaitsLongerEachTime) {
  submit(1);
  for (const auto wait : {1s, 2s, 4s}) {
    ASSERT_EQ(sent(), (Ids{1}));
    refuse(1, std::nullopt);
    EXPECT_EQ(gate.next_deadline(), now + wait);
    now += wait;
  }
}

TEST_F(RequestGateTest, ClosedNeverWaitsForEver) {
  submit(1);
  sent();
  refuse(1, 24h);
  EXPECT_EQ(gate.next_deadline(), now + 5min);
}

TEST_F(RequestGateTest, ClosedOnceForAllThatWereUnderWayTogether) {
  for (Id id = 1; id <= 4; ++id) submit(id);
  sent();
  refuse(1, 1s);
  refuse(2, 9s);
  refuse(3, 9s);
  EXPECT_EQ(gate.next_deadline(), now + 1s);
}

// paced: against a service with a bucket

class PacedGate : public ::testing::Test {
 protected:
  /// Runs `demand` requests a millisecond apart from each other (or all at once) for `time`.
  void run(Duration time, int per_millisecond) {
    const TimePoint until = now + time;
    for (; now < until; now += 1ms) {
      level = std::min(burst, level + per_second / 1000);
      for (int i = 0; i < per_millisecond; ++i) gate.submit(++last);
      while (const auto id = gate.next(now)) {
        if (level < 1) {
          ++refused;
          gate.on_refused(*id, 1s, now, 0.5);
          continue;
        }
        level -= 1;
        ++accepted;
        EXPECT_EQ(*id, ++in_order);
        gate.on_answered(*id);
      }
    }
  }

  double burst = 1000, per_second = 300, level = 1000;
  TimePoint now{1h};
  RequestGate gate;
  Id last = 0, in_order = 0;
  int accepted = 0, refused = 0;
};

TEST_F(PacedGate, FindsTheRateAfterAFewRefusalsAndKeepsBelowIt) {
  run(20s, 2);
  const int at_first = refused;
  EXPECT_LE(at_first, 4);
  const int before = accepted;
  run(60s, 2);
  EXPECT_LE(refused - at_first, 2);
  EXPECT_GE(accepted - before, 60 * 300 * 0.85);
}

TEST_F(PacedGate, FindsASmallRateToo) {
  burst = level = 20;
  per_second = 5;
  run(60s, 1);
  EXPECT_LE(refused, 12);
  const int before = accepted, refusals = refused;
  run(120s, 1);
  EXPECT_LE(refused - refusals, 6);
  EXPECT_GE(accepted - before, 120 * 5 * 0.7);
}

TEST_F(PacedGate, ThePaceDoesNotHangOnWhenTheRefusalComes) {
  for (const double demand : {0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.8}) {  // requests in a millisecond
    SCOPED_TRACE(demand);
    gate = RequestGate();
    level = burst;
    accepted = refused = 0;
    in_order = last;
    double owed = 0;
    for (int i = 0; i < 30'000; ++i) {
      for (owed += demand; owed >= 1; --owed) gate.submit(++last);
      run(1ms, 0);
    }
    EXPECT_GE(accepted, 30 * 300 * 0.8) << "in half a minute";
    run(60s, 0);
    in_order = last;
  }
}

TEST_F(PacedGate, OneRefusalOfFewRequestsOnlyCloses) {
  level = 0;
  per_second = 0;
  gate.submit(++last);
  run(1ms, 0);
  EXPECT_EQ(refused, 1);
  level = burst;
  for (int i = 0; i < 200; ++i) gate.submit(++last);
  run(1100ms, 0);
  EXPECT_EQ(accepted, 201);
}

TEST_F(PacedGate, ALongQuietTimeDoesNotMakeItSlow) {
  for (int i = 0; i < 300; ++i) {
    gate.submit(++last);
    run(1s, 0);
  }
  EXPECT_EQ(refused, 0);
  const int before = accepted;
  run(10s, 2);
  EXPECT_GE(accepted - before, 3000);
}

TEST_F(PacedGate, EndsWhenItHasNotBeenNeeded) {
  run(3s, 2);
  EXPECT_GT(refused, 0);
  run(60s, 0);
  ASSERT_EQ(gate.queued(), 0u);
  run(120s, 0);
  const int before = accepted;
  for (int i = 0; i < 500; ++i) gate.submit(++last);
  run(5ms, 0);
  EXPECT_EQ(accepted - before, 500) << "all at once again";
}

TEST_F(PacedGate, ALongQueueIsSentInOrder) {
  for (int i = 0; i < 10'000; ++i) gate.submit(++last);
  while (const auto id = gate.next(now)) {
    EXPECT_EQ(*id, ++in_order);
    gate.on_answered(*id);
  }
  EXPECT_EQ(in_order, 10'000u);
}

TEST_F(RequestGateTest, ClosedTakesARefusedBackgroundRequestBack) {
  submit_in_background(1);
  sent();
  refuse(1, 1s);
  submit(2);
  now += 1s;
  EXPECT_EQ(sent(), (Ids{2, 1})) << "what a user waits for goes first here, too";
}

}  // namespace
}  // namespace parley::detail
