#include "token_server/sessions/job_queue.hpp"

#include <gtest/gtest.h>

#include <future>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace parley::token_server {
namespace {

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
  JobQueue queue(100);
  std::vector<int> order;
  std::promise<void> done;
  std::thread::id thread;
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(queue.try_push([&, i] {
      if (i == 0) thread = std::this_thread::get_id();
      EXPECT_EQ(std::this_thread::get_id(), thread);
      order.push_back(i);
    }));
  queue.push([&] { done.set_value(); });
  done.get_future().wait();
  EXPECT_NE(thread, std::this_thread::get_id());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(JobQueue, RefusesWhatIsTooMuchButNotTheRestOfAdmittedWork) {
  JobQueue queue(2);
  Gate gate(queue);
  int ran = 0;
  EXPECT_TRUE(queue.try_push([&] { ++ran; }));
  EXPECT_TRUE(queue.try_push([&] { ++ran; }));
  EXPECT_FALSE(queue.try_push([&] { ++ran; }));
  std::promise<void> done;
  queue.push([&] { done.set_value(); });
  gate.open();
  done.get_future().wait();
  EXPECT_EQ(ran, 2);
}

TEST(JobQueue, TellsWhatAJobThrewAndGoesOn) {
  std::string told;
  std::promise<void> done;
  {
    JobQueue queue(2, [&](const std::string& what) { told += what; });
    queue.push([] { throw std::runtime_error("it broke"); });
    queue.push([&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_EQ(told, "it broke");
}

TEST(JobQueue, StoppingDestroysWhatWaitsWithoutRunningIt) {
  JobQueue queue(std::numeric_limits<std::size_t>::max());
  auto gate = std::make_unique<Gate>(queue);
  bool ran = false;
  const auto held = std::make_shared<int>(1);
  queue.push([&ran, held] { ran = true; });
  EXPECT_EQ(held.use_count(), 2);
  std::thread stopper([&] { queue.stop(); });
  while (queue.try_push([] {})) std::this_thread::yield();  // refused: it is stopped
  gate->open();
  stopper.join();
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_FALSE(queue.try_push([] {}));
  queue.push([&ran] { ran = true; });
  queue.stop();
  EXPECT_FALSE(ran);
}

TEST(JobQueue, AJobMayPushJobs) {
  JobQueue queue(1);
  std::promise<void> done;
  queue.push([&] { queue.push([&] { queue.push([&] { done.set_value(); }); }); });
  done.get_future().wait();
}

TEST(JobQueue, ManyThreadsPush) {
  constexpr int kThreads = 4, kJobs = 500;
  int ran = 0;
  {
    JobQueue queue(kThreads * kJobs);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < kJobs; ++n) EXPECT_TRUE(queue.try_push([&] { ++ran; }));
      });
    for (auto& thread : threads) thread.join();
    std::promise<void> done;
    queue.push([&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_EQ(ran, kThreads * kJobs);
}

}  // namespace
}  // namespace parley::token_server
