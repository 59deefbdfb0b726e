#include "common/net/wake_timer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <optional>
#include <parley/testing/manual_clock.hpp>
#include <thread>

#include "common/net/clocked_loop.hpp"
#include "tests/unit/net/loop.hpp"

namespace parley::net::test {
namespace {

using namespace std::chrono_literals;

class WakeTimerTest : public ::testing::Test {
 protected:
  void make_timer(const Clock& clock) {
    timer_.emplace(loop_.executor(), clock, [this] { ++rung_; });
  }

  Loop loop_;
  parley::testing::ManualClock time_;
  std::optional<WakeTimer> timer_;
  int rung_ = 0;
};

TEST_F(WakeTimerTest, RingsByTheMachinesTimer) {
  make_timer(system_clock());
  const TimePoint at = system_clock().now() + 20ms;
  timer_->wait_until(at);
  EXPECT_TRUE(loop_.run_until([&] { return rung_ > 0; }));
  EXPECT_GE(system_clock().now(), at);
}

TEST_F(WakeTimerTest, WhatIsLongDueRingsAtOnceButNotInsideTheCall) {
  make_timer(system_clock());
  timer_->wait_until(TimePoint::min());
  EXPECT_EQ(rung_, 0);
  EXPECT_TRUE(loop_.run_until([&] { return rung_ > 0; }));
}

TEST_F(WakeTimerTest, RingsWhenTheClockIsMoved) {
  make_timer(time_);
  timer_->wait_until(time_.now() + 9h);
  time_.advance(9h - 1ns);
  loop_.settle();
  EXPECT_EQ(rung_, 0);
  time_.advance(1ns);
  EXPECT_EQ(rung_, 0);  // on the executor, not on the thread that moves time
  loop_.settle();
  EXPECT_EQ(rung_, 1);
  time_.advance(9h);
  loop_.settle();
  EXPECT_EQ(rung_, 1);
}

TEST_F(WakeTimerTest, ANewTimeReplacesTheOldOneAlsoWhenThatHasRung) {
  make_timer(time_);
  timer_->wait_until(time_.now() + 1s);
  timer_->wait_until(time_.now() + 2s);
  time_.advance(1s);
  loop_.settle();
  EXPECT_EQ(rung_, 0);
  time_.advance(1s);  // it is on its way now
  timer_->wait_until(time_.now() + 1s);
  loop_.settle();
  EXPECT_EQ(rung_, 0);
  time_.advance(1s);
  loop_.settle();
  EXPECT_EQ(rung_, 1);
}

TEST_F(WakeTimerTest, CallingOffStopsWhatHasRung) {
  for (const Clock* clock : {&system_clock(), static_cast<const Clock*>(&time_)}) {
    make_timer(*clock);
    timer_->wait_until(clock->now());
    time_.advance(0s);
    timer_->cancel();
    loop_.settle();
    EXPECT_EQ(rung_, 0);
  }
}

TEST_F(WakeTimerTest, NothingRingsBehindItsEnd) {
  for (const Clock* clock : {&system_clock(), static_cast<const Clock*>(&time_)}) {
    make_timer(*clock);
    timer_->wait_until(clock->now());
    time_.advance(0s);
    timer_.reset();
    loop_.settle();
    EXPECT_EQ(rung_, 0);
  }
}

TEST_F(WakeTimerTest, MayEndWhileItRings) {
  timer_.emplace(loop_.executor(), time_, [this] {
    timer_.reset();
    ++rung_;
  });
  timer_->wait_until(time_.now());
  time_.advance(0s);
  loop_.settle();
  EXPECT_EQ(rung_, 1);
}

// 10,000 handlers, each posted by the one before, have run when time goes on.
TEST(ClockedLoop, TimeWaitsForItsThread) {
  parley::testing::ManualClock time;
  boost::asio::io_context io{1};
  const auto work = boost::asio::make_work_guard(io);
  ClockedLoop loop(io, time);
  std::thread thread([&] { loop.run(); });
  int count = 0;
  std::function<void()> next = [&] {
    if (++count < 10'000) boost::asio::post(io, next);
  };
  boost::asio::post(io, next);
  EXPECT_TRUE(time.settle());
  EXPECT_EQ(count, 10'000);
  io.stop();
  thread.join();
}

}  // namespace
}  // namespace parley::net::test
