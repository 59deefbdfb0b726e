#include "token_server/sessions/job_queue.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace parley::token_server {
namespace {

constexpr JobQueue::Limits kRoomy{.in_sum = 10'000, .per_network = 10'000};

/// Pushes a new job of one network.
bool try_push(
    JobQueue& queue, JobQueue::Job run, const std::string& network = "a", JobQueue::Job give_up = [] {}) {
  return queue.try_push({.network = network, .address = network},
                        {.run = std::move(run), .give_up = std::move(give_up)});
}

/// Holds the queue's thread in a job until it is opened.
class Gate {
 public:
  explicit Gate(JobQueue& queue) {
    queue.push([this] {
      reached_.set_value();
      opened_.get_future().wait();
    });
    reached_.get_future().wait();
  }
  void open() { opened_.set_value(); }

 private:
  std::promise<void> reached_;
  std::promise<void> opened_;
};

TEST(JobQueue, RunsJobsInOrderOnOneThread) {
  JobQueue queue(kRoomy);
  std::vector<int> order;
  std::promise<void> done;
  std::thread::id thread;
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(try_push(queue, [&, i] {
      if (i == 0) thread = std::this_thread::get_id();
      EXPECT_EQ(std::this_thread::get_id(), thread);
      order.push_back(i);
    }));
  try_push(queue, [&] { done.set_value(); });
  done.get_future().wait();
  EXPECT_NE(thread, std::this_thread::get_id());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(JobQueue, RefusesWhatIsTooMuchButNotTheRestOfAdmittedWork) {
  JobQueue queue({.in_sum = 2, .per_network = 2});
  Gate gate(queue);
  int ran = 0;
  std::promise<void> done;
  EXPECT_TRUE(try_push(queue, [&] { ++ran; }));
  EXPECT_TRUE(try_push(queue, [&] { done.set_value(); }));
  EXPECT_FALSE(try_push(queue, [&] { ++ran; }));
  queue.push([&] { ++ran; });
  gate.open();
  done.get_future().wait();
  EXPECT_EQ(ran, 2);
}

TEST(JobQueue, TheRestOfAdmittedWorkGoesFirst) {
  JobQueue queue(kRoomy);
  std::string order;
  std::promise<void> done;
  {
    Gate gate(queue);
    try_push(queue, [&] { order += "new "; });
    try_push(queue, [&] { done.set_value(); });
    queue.push([&] { order += "admitted "; });
    gate.open();
    done.get_future().wait();
  }
  EXPECT_EQ(order, "admitted new ");
}

TEST(JobQueue, WhoGivesWayIsToldOnTheQueuesThread) {
  JobQueue queue({.in_sum = 2, .per_network = 2});
  Gate gate(queue);
  std::string order;
  std::thread::id thread;
  const auto give_up = [&] {
    order += "gives way, ";
    thread = std::this_thread::get_id();
  };
  std::promise<void> done;
  EXPECT_TRUE(try_push(
      queue, [&] { order += "first, "; }, "flood", give_up));
  EXPECT_TRUE(try_push(
      queue, [&] { order += "second, "; }, "flood", give_up));
  EXPECT_TRUE(try_push(
      queue,
      [&] {
        order += "honest";
        done.set_value();
      },
      "home"));
  EXPECT_EQ(order, "");
  gate.open();
  done.get_future().wait();
  EXPECT_EQ(order, "gives way, first, honest");
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(JobQueue, TellsWhatAJobThrewAndGoesOn) {
  std::string told;
  std::promise<void> done;
  {
    JobQueue queue(kRoomy, [&](const std::string& what) { told += what; });
    queue.push([] { throw std::runtime_error("it broke"); });
    queue.push([&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_EQ(told, "it broke");
}

TEST(JobQueue, StoppingDestroysWhatWaitsWithoutRunningIt) {
  JobQueue queue({.in_sum = 1'000'000, .per_network = 1'000'000});
  auto gate = std::make_unique<Gate>(queue);
  bool ran = false;
  const auto held = std::make_shared<int>(1);
  queue.push([&ran, held] { ran = true; });
  EXPECT_EQ(held.use_count(), 2);
  std::thread stopper([&] { queue.stop(); });
  while (try_push(queue, [] {})) std::this_thread::yield();  // refused: it is stopped
  gate->open();
  stopper.join();
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(try_push(queue, [] {}));
  queue.push([&ran] { ran = true; });
  queue.stop();
  EXPECT_FALSE(ran);
}

TEST(JobQueue, AJobMayPushJobs) {
  JobQueue queue(kRoomy);
  std::promise<void> done;
  queue.push([&] { queue.push([&] { queue.push([&] { done.set_value(); }); }); });
  done.get_future().wait();
}

TEST(JobQueue, ManyThreadsPush) {
  constexpr int kThreads = 4, kJobs = 500;
  int ran = 0;
  {
    JobQueue queue(kRoomy);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < kJobs; ++n) EXPECT_TRUE(try_push(queue, [&] { ++ran; }));
      });
    for (auto& thread : threads) thread.join();
    std::promise<void> done;
    try_push(queue, [&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_EQ(ran, kThreads * kJobs);
}

}  // namespace
}  // namespace parley::token_server
