#include <parley/testing/manual_clock.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <parley/testing/seeded_random.hpp>

namespace parley::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const WallTime kStart{std::chrono::hours(500'000)};

/// A thread that does one thing after another, as a service's does.
class Worker {
 public:
  explicit Worker(const Clock& clock) {
    membership_ = clock.virtual_time()->join([this](VirtualTime::Report report) {
      put({std::move(report), nullptr});
    });
  }
  ~Worker() {
    membership_.reset();
    put({});
    thread_.join();
  }

  void post(std::function<void()> work) { put({nullptr, std::move(work)}); }

 private:
  struct Job {
    VirtualTime::Report report;
    std::function<void()> work;
  };
  void put(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    wake_.notify_one();
  }
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return !jobs_.empty(); });
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      if (job.report) {
        job.report(done_);
      } else if (job.work) {
        ++done_;
        job.work();
      } else {
        return;
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::uint64_t done_ = 0;  // on the thread
  std::shared_ptr<void> membership_;
  std::thread thread_{[this] { run(); }};
};

class ManualClockTest : public ::testing::Test {
 protected:
  std::shared_ptr<void> note_at(const Clock& clock, Duration after, const std::string& name) {
    return clock.virtual_time()->wake_at(clock.now() + after, [this, name] { rung_.push_back(name); });
  }

  ManualClock time_{kStart};
  std::vector<std::string> rung_;
};

TEST_F(ManualClockTest, StandsUntilItIsMoved) {
  const TimePoint start = time_.now();
  EXPECT_EQ(time_.wall_now(), kStart);
  time_.settle();
  EXPECT_EQ(time_.now(), start);
  time_.advance(9h);
  EXPECT_EQ(time_.now(), start + 9h);
  EXPECT_EQ(time_.wall_now(), kStart + 9h);
}

TEST_F(ManualClockTest, RingsInOrderEachAtItsTime) {
  const TimePoint start = time_.now();
  std::vector<Duration> at;
  const auto note = [&] { at.push_back(time_.now() - start); };
  Worker worker(time_);
  const auto ring = [&] { worker.post(note); };
  const auto late = time_.virtual_time()->wake_at(start + 3s, ring);
  const auto early = time_.virtual_time()->wake_at(start + 1s, ring);
  const auto never = time_.virtual_time()->wake_at(start + 11s, ring);
  time_.advance(10s);
  EXPECT_THAT(at, ElementsAre(1s, 3s));
  EXPECT_EQ(time_.now(), start + 10s);
}

TEST_F(ManualClockTest, WhatIsDueAlreadyRingsWithTheNextMove) {
  const auto due = note_at(time_, -1s, "due");
  EXPECT_THAT(rung_, IsEmpty());
  time_.advance(0s);
  EXPECT_THAT(rung_, ElementsAre("due"));
}

TEST_F(ManualClockTest, ADroppedHandleCallsOff) {
  auto dropped = note_at(time_, 1s, "dropped");
  EXPECT_TRUE(dropped);
  const auto kept = note_at(time_, 1s, "kept");
  dropped.reset();
  time_.advance(2s);
  EXPECT_THAT(rung_, ElementsAre("kept"));
}

TEST_F(ManualClockTest, AHandleMayOutliveTheClock) {
  auto brief = std::make_unique<ManualClock>(kStart);
  const auto handle = note_at(*brief, 1s, "gone");
  const auto membership = brief->virtual_time()->join([](const VirtualTime::Report&) {});
  brief.reset();
  EXPECT_THAT(rung_, IsEmpty());
}

// A chain of timers, each set by the one before, on another thread.
TEST_F(ManualClockTest, WaitsForWhatAnInstantCausesBeforeTheNext) {
  Worker worker(time_);
  std::shared_ptr<void> alarm;
  int ticks = 0;
  std::function<void()> arm = [&] {
    alarm = time_.virtual_time()->wake_at(time_.now() + 20s, [&] {
      worker.post([&] {
        ++ticks;
        arm();
      });
    });
  };
  arm();
  time_.advance(1h);
  EXPECT_EQ(ticks, 180);
}

// Two threads pass a ball; whoever moves time waits until it lies still.
TEST_F(ManualClockTest, WaitsForWorkThatGoesFromThreadToThread) {
  Worker one(time_), other(time_);
  int passes = 0;  // whoever has the ball
  std::function<void(Worker&, Worker&)> pass = [&](Worker& from, Worker& to) {
    if (++passes < 1000) to.post([&] { pass(to, from); });
  };
  one.post([&] { pass(one, other); });
  EXPECT_TRUE(time_.settle());
  EXPECT_EQ(passes, 1000);
}

TEST_F(ManualClockTest, AdvancesUntilSomethingIsSo) {
  const TimePoint start = time_.now();
  const auto first = note_at(time_, 5s, "first");
  const auto second = note_at(time_, 10s, "second");
  EXPECT_TRUE(time_.advance_until([&] { return !rung_.empty(); }));
  EXPECT_EQ(time_.now(), start + 5s);
  EXPECT_FALSE(time_.advance_until([] { return false; }, 30s));
  EXPECT_EQ(time_.now(), start + 35s);
  EXPECT_THAT(rung_, ElementsAre("first", "second"));
}

TEST_F(ManualClockTest, GetsWhatComesInTime) {
  std::promise<Result<int>> promise, none;
  const auto alarm = time_.virtual_time()->wake_at(time_.now() + 5s, [&] { promise.set_value(7); });
  EXPECT_EQ(time_.get(promise.get_future()).value(), 7);
  EXPECT_EQ(time_.get(none.get_future(), 1min).error().code, Errc::timed_out);
}

TEST_F(ManualClockTest, AJumpIsNoticedAtItsEnd) {
  const TimePoint start = time_.now();
  std::vector<Duration> at;
  Worker worker(time_);
  const auto alarm = time_.virtual_time()->wake_at(
      start + 1s, [&] { worker.post([&] { at.push_back(time_.now() - start); }); });
  time_.jump(1h);
  EXPECT_THAT(at, ElementsAre(1h));
}

TEST_F(ManualClockTest, TheCalendarIsSetWithoutTimePassing) {
  const TimePoint start = time_.now();
  const auto alarm = note_at(time_, 1s, "alarm");
  time_.set_wall(kStart - 24h);
  time_.settle();
  EXPECT_EQ(time_.wall_now(), kStart - 24h);
  EXPECT_EQ(time_.now(), start);
  EXPECT_THAT(rung_, IsEmpty());
}

TEST_F(ManualClockTest, RunsAnExecutorThatNoThreadRuns) {
  std::deque<std::function<void()>> queue;
  int ran = 0;
  const auto membership = time_.virtual_time()->join([&](VirtualTime::Report report) {
    queue.push_back([&, report = std::move(report)] { report(static_cast<std::uint64_t>(ran)); });
  });
  time_.also_run([&] {
    std::size_t done = 0;
    for (; !queue.empty(); ++done) {
      const auto work = std::move(queue.front());
      queue.pop_front();
      work();
    }
    return done;
  });
  const auto alarm =
      time_.virtual_time()->wake_at(time_.now() + 1s, [&] { queue.push_back([&] { ++ran; }); });
  time_.advance(2s);
  EXPECT_EQ(ran, 1);
}

// Otherwise whoever stops a service would have to stop moving time first.
TEST_F(ManualClockTest, WaitsForNobodyWhoLeaves) {
  std::shared_ptr<void> membership;
  std::thread leaver;
  membership = time_.virtual_time()->join([&](const VirtualTime::Report&) {
    if (!leaver.joinable()) leaver = std::thread([&] { membership.reset(); });
  });
  EXPECT_TRUE(time_.settle());
  leaver.join();
}

class MachineClockTest : public ManualClockTest {
 protected:
  MachineClock laptop_{time_};
};

TEST_F(MachineClockTest, GoesAsTheOthersWhileItIsAwake) {
  const auto alarm = note_at(laptop_, 1s, "laptop");
  time_.advance(1s);
  EXPECT_EQ(laptop_.now(), time_.now());
  EXPECT_EQ(laptop_.wall_now(), kStart + 1s);
  EXPECT_THAT(rung_, ElementsAre("laptop"));
}

TEST_F(MachineClockTest, AsleepOnlyItsCalendarGoesOn) {
  const TimePoint start = laptop_.now();
  const auto of_laptop = note_at(laptop_, 20s, "laptop");
  const auto of_world = note_at(time_, 30s, "world");
  time_.advance(10s);
  laptop_.suspend();
  laptop_.suspend();
  time_.advance(9h);
  EXPECT_EQ(laptop_.now(), start + 10s);
  EXPECT_EQ(laptop_.wall_now(), kStart + 9h + 10s);
  EXPECT_THAT(rung_, ElementsAre("world"));
  laptop_.resume();
  laptop_.resume();
  EXPECT_EQ(laptop_.now(), start + 10s);
  time_.advance(10s - 1ns);
  EXPECT_THAT(rung_, ElementsAre("world"));
  time_.advance(1ns);
  EXPECT_THAT(rung_, ElementsAre("world", "laptop"));
  EXPECT_EQ(laptop_.now(), start + 20s);
}

TEST_F(MachineClockTest, ItsCalendarMayBeWrong) {
  laptop_.set_wall(kStart + 24h);
  EXPECT_EQ(time_.wall_now(), kStart);
  time_.advance(1h);
  EXPECT_EQ(laptop_.wall_now(), kStart + 25h);
  time_.set_wall(kStart);
  EXPECT_EQ(laptop_.wall_now(), kStart + 24h);
}

TEST(SeededRandom, GivesTheSameForTheSameSeed) {
  SeededRandom one(7), same(7), other(8);
  const double first = one.uniform();
  EXPECT_EQ(first, same.uniform());
  EXPECT_NE(first, other.uniform());
}

}  // namespace
}  // namespace parley::testing
