#include "chat_sdk/src/io/loop_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>

namespace parley::detail {
namespace {

class LoopQueueTest : public ::testing::Test {
 protected:
  void push(std::function<void()> work) { const auto after = queue->push(LoopQueue::work(std::move(work))); }
  void push(char name) {
    push([this, name] { ran += name; });
  }

  std::string ran;
  std::atomic<int> wakes = 0;
  std::function<void()> on_wake;
  std::shared_ptr<LoopQueue> queue = std::make_shared<LoopQueue>([this](const auto&) {
    ++wakes;
    if (on_wake) on_wake();
  });
};

TEST_F(LoopQueueTest, RunsInOrderAndWakesOnceUntilItIsRun) {
  push('a');
  push('b');
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(queue->waits());
  EXPECT_EQ(queue->run(), 2u);
  EXPECT_EQ(ran, "ab");
  EXPECT_FALSE(queue->waits());
  EXPECT_EQ(queue->run(), 0u);
  push('c');
  EXPECT_EQ(wakes, 2);
}

TEST_F(LoopQueueTest, WhatHandlersCauseIsForTheNextRun) {
  push([this] {
    push('b');
    EXPECT_EQ(wakes, 1) << "the loop is not woken while it runs";
  });
  EXPECT_EQ(queue->run(), 1u);
  EXPECT_EQ(ran, "");
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(queue->run(), 1u);
  EXPECT_EQ(ran, "b");
}

TEST_F(LoopQueueTest, ARunInsideOfARunDoesNothing) {
  push([this] {
    EXPECT_TRUE(queue->runs_here());
    EXPECT_EQ(queue->run(), 0u);
    EXPECT_EQ(ran, "");
  });
  push('b');
  EXPECT_EQ(queue->run(), 2u);
  EXPECT_EQ(ran, "b");
  EXPECT_FALSE(queue->runs_here());
}

TEST_F(LoopQueueTest, ARunBesideAnotherDoesNothing) {
  push([this] {
    EXPECT_EQ(std::async(std::launch::async, [this] { return queue->run(); }).get(), 0u);
    EXPECT_FALSE(std::async(std::launch::async, [this] { return queue->runs_here(); }).get());
  });
  push('b');
  EXPECT_EQ(queue->run(), 2u);
}

TEST_F(LoopQueueTest, AHandlerThatThrowsLeavesTheRestToTheNextRun) {
  push([] { throw std::runtime_error("from a handler"); });
  push('b');
  EXPECT_THROW(queue->run(), std::runtime_error);
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(queue->run(), 1u);
  EXPECT_EQ(ran, "b");
}

TEST_F(LoopQueueTest, WhatIsDiscardedIsDestroyedAndNotRun) {
  const auto held = std::make_shared<int>(0);
  push([held] { ADD_FAILURE(); });
  queue->discard();
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(queue->run(), 0u);
  push('a');
  EXPECT_EQ(wakes, 2) << "who comes later wakes the loop again";
  EXPECT_EQ(queue->run(), 1u);
}

TEST_F(LoopQueueTest, DestructorsOfHandlersMayUseTheQueue) {
  const auto on_destroyed = [this](int* gone) {
    delete gone;
    push('x');
  };
  push([held = std::shared_ptr<int>(new int, on_destroyed)] {});
  queue->discard();
  EXPECT_EQ(queue->run(), 1u);
  EXPECT_EQ(ran, "x");
  queue->let_go();
  push([held = std::shared_ptr<int>(new int, on_destroyed)] {});
  EXPECT_EQ(queue->run(), 0u);
}

TEST_F(LoopQueueTest, AfterLetGoWhatWasThereIsRunAndNothingComes) {
  push('a');
  push('b');
  queue->let_go();
  const auto held = std::make_shared<int>(0);
  push([held] { ADD_FAILURE(); });
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(queue->run(), 2u);
  EXPECT_EQ(ran, "ab");
}

// A client that is destroyed in a handler completes what is pending: nobody would be woken for it.
TEST_F(LoopQueueTest, LetGoInsideOfAHandlerRunsToTheEnd) {
  push([this] {
    push('b');
    queue->let_go();
  });
  EXPECT_EQ(queue->run(), 2u);
  EXPECT_EQ(ran, "b");
  EXPECT_EQ(wakes, 1);
}

TEST_F(LoopQueueTest, LetGoWaitsForWhoWakesTheLoop) {
  std::promise<void> inside, go_on;
  std::atomic<bool> left = false;
  on_wake = [&] {
    inside.set_value();
    go_on.get_future().wait();
    left = true;
  };
  auto pusher = std::async(std::launch::async, [this] { push('a'); });
  inside.get_future().wait();
  auto ender = std::async(std::launch::async, [&] {
    queue->let_go();
    EXPECT_TRUE(left);
  });
  go_on.set_value();
  ender.get();
  pusher.get();
  EXPECT_EQ(queue->run(), 1u);
}

TEST_F(LoopQueueTest, AWakeThatRunsTheQueueRunsItToTheEndAndMayLetGo) {
  int left = 1000;
  on_wake = [this] { queue->run(); };
  std::function<void()> again = [&] {
    ran += 'x';
    if (--left > 0) push(again);
    if (left == 0) queue->let_go();
  };
  push(again);
  EXPECT_EQ(ran.size(), 1000u);
  EXPECT_EQ(wakes, 1);
}

TEST_F(LoopQueueTest, ManyThreadsLoseNothing) {
  constexpr int kThreads = 4, kEach = 2000;
  std::atomic<int> count = 0;
  std::vector<std::future<void>> pushers;
  for (int i = 0; i < kThreads; ++i)
    pushers.push_back(std::async(std::launch::async, [&] {
      for (int j = 0; j < kEach; ++j) push([&] { ++count; });
    }));
  while (count < kThreads * kEach) queue->run();
  for (auto& pusher : pushers) pusher.get();
  EXPECT_EQ(count, kThreads * kEach);
  EXPECT_EQ(queue->run(), 0u);
}

}  // namespace
}  // namespace parley::detail
