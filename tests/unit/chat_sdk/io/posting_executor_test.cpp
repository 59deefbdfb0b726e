#include "chat_sdk/src/io/posting_executor.hpp"

#include <gtest/gtest.h>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

namespace parley::detail {
namespace {

namespace asio = boost::asio;

static_assert(asio::execution::is_executor<PostingExecutor>::value);

class PostingExecutorTest : public ::testing::Test {
 protected:
  void run_all() {
    while (queue->run() > 0) continue;
  }

  std::shared_ptr<LoopQueue> queue = std::make_shared<LoopQueue>([](const auto&) {});
  PostingExecutor executor{queue};
  asio::any_io_executor any = executor;
  std::string ran;
};

TEST_F(PostingExecutorTest, PostedWorkRunsInTheLoopOnly) {
  asio::post(any, [this] {
    ran += "a";
    asio::post(any, [this] { ran += "c"; });
    ran += "b";
  });
  EXPECT_EQ(ran, "");
  run_all();
  EXPECT_EQ(ran, "abc");
}

TEST_F(PostingExecutorTest, DispatchedWorkRunsAtOnceInsideOfTheLoop) {
  asio::dispatch(any, [this] {
    ran += "a";
    asio::dispatch(any, [this] { ran += "b"; });
    ran += "c";
  });
  EXPECT_EQ(ran, "") << "the caller is not in the loop";
  run_all();
  EXPECT_EQ(ran, "abc");
}

TEST_F(PostingExecutorTest, AreEqualIfTheyLeadToOneLoopInOneWay) {
  EXPECT_EQ(executor, PostingExecutor(queue));
  EXPECT_EQ(any, asio::any_io_executor(PostingExecutor(queue)));
  EXPECT_NE(executor, PostingExecutor(std::make_shared<LoopQueue>([](const auto&) {})));
  EXPECT_NE(executor, asio::require(executor, asio::execution::blocking.never));
  EXPECT_EQ(executor, asio::require(asio::require(executor, asio::execution::blocking.never),
                                    asio::execution::blocking.possibly));
  EXPECT_EQ(asio::query(asio::require(executor, asio::execution::blocking.never), asio::execution::blocking),
            asio::execution::blocking.never);
}

TEST_F(PostingExecutorTest, CarriesStrandsCoroutinesTimersAndWorkGuards) {
  const auto guard = asio::make_work_guard(any);
  asio::co_spawn(
      any,
      [this]() -> asio::awaitable<void> {
        asio::steady_timer timer(any, std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
        co_await asio::post(asio::make_strand(any), asio::use_awaitable);
        ran = "through";
      },
      asio::detached);
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       ran.empty() && std::chrono::steady_clock::now() < end;)
    queue->run();
  EXPECT_EQ(ran, "through");
}

TEST_F(PostingExecutorTest, ACoroutineWhoseLoopIsGoneIsDestroyed) {
  const auto held = std::make_shared<int>(0);
  asio::co_spawn(
      any,
      [](auto keeps) -> asio::awaitable<void> {
        for (;;) co_await asio::post(asio::use_awaitable);
        keeps.reset();
      }(held),
      asio::detached);
  queue->run();
  EXPECT_GT(held.use_count(), 1);
  queue->let_go();
  queue->discard();
  EXPECT_EQ(held.use_count(), 1);
}

/// The loop of a user: keeps what it is given until the test runs it.
class PostingQueueTest : public ::testing::Test {
 protected:
  void push(std::function<void()> work) { const auto after = queue->push(LoopQueue::work(std::move(work))); }
  void push(char name) {
    push([this, name] { ran += name; });
  }
  void run_posted() {
    const auto given = std::exchange(posted, {});
    for (const auto& work : given) work();
  }

  std::vector<std::function<void()>> posted;
  std::function<void()> on_post;
  std::string ran;
  int failures = 0;
  std::shared_ptr<LoopQueue> queue = make_posting_queue(
      [this](std::function<void()> work) {
        posted.push_back(std::move(work));
        if (on_post) on_post();
      },
      [this] { ++failures; });
};

TEST_F(PostingQueueTest, OneWorkIsUnderWayAtATime) {
  push('a');
  push('b');
  ASSERT_EQ(posted.size(), 1u);
  run_posted();
  EXPECT_EQ(ran, "ab");
  EXPECT_TRUE(posted.empty());
  push([this] { push('c'); });
  run_posted();
  EXPECT_EQ(posted.size(), 1u);
  run_posted();
  EXPECT_EQ(ran, "abc");
}

TEST_F(PostingQueueTest, WorkThatIsRunTwiceDoesNothingTheSecondTime) {
  push('a');
  const auto copy = posted.front();
  run_posted();
  push('b');
  copy();
  EXPECT_EQ(ran, "a");
  run_posted();
  EXPECT_EQ(ran, "ab");
}

TEST_F(PostingQueueTest, WorkThatIsDestroyedReleasesWhatItHeldAndTheNextIsPosted) {
  const auto held = std::make_shared<int>(0);
  push([held] { ADD_FAILURE(); });
  posted.clear();
  EXPECT_EQ(held.use_count(), 1);
  push('b');
  run_posted();
  EXPECT_EQ(ran, "b");
}

TEST_F(PostingQueueTest, APostThatThrowsIsToldOnceUntilOneSucceeds) {
  on_post = [this] {
    posted.clear();
    throw std::runtime_error("no loop");
  };
  push('a');
  push('b');
  EXPECT_EQ(failures, 1);
  on_post = nullptr;
  push('c');
  run_posted();
  EXPECT_EQ(ran, "c");
  on_post = [] { throw 1; };
  push('d');
  EXPECT_EQ(failures, 2);
}

TEST_F(PostingQueueTest, APostThatRunsTheWorkItselfNeitherLocksNorRecurses) {
  on_post = [this] { run_posted(); };
  int left = 10'000;
  std::function<void()> again = [&] {
    if (--left > 0) push(again);
  };
  push(again);
  EXPECT_EQ(left, 0);
}

TEST_F(PostingQueueTest, WorkOutlivesWhoeverPostedIt) {
  push('a');
  queue->let_go();
  queue.reset();
  run_posted();
  EXPECT_EQ(ran, "a");
}

}  // namespace
}  // namespace parley::detail
