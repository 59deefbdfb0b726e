#include <parley/event_pump.hpp>

#include <gtest/gtest.h>

#include <poll.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <stdexcept>

namespace parley {
namespace {

namespace asio = boost::asio;

bool is_readable(int fd, int patience_ms = 0) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, patience_ms) == 1;
}

class EventPumpTest : public ::testing::Test {
 protected:
  void post(std::function<void()> work) { asio::post(pump->executor(), std::move(work)); }
  void post(char name) {
    post([this, name] { ran += name; });
  }

  std::unique_ptr<EventPump> pump = std::make_unique<EventPump>();
  std::string ran;
};

TEST_F(EventPumpTest, PollRunsWhatIsReadyAndCountsIt) {
  EXPECT_EQ(pump->poll(), 0u);
  post('a');
  post([this] { post('c'); });
  EXPECT_EQ(pump->poll(), 2u);
  EXPECT_EQ(ran, "a");
  EXPECT_EQ(pump->poll(), 1u);
  EXPECT_EQ(ran, "ac");
}

TEST_F(EventPumpTest, ItsDescriptorIsReadableWhileWorkWaits) {
  const int fd = pump->fd();
  ASSERT_GE(fd, 0);
  EXPECT_EQ(fd, pump->fd());
  EXPECT_FALSE(is_readable(fd));
  post('a');
  EXPECT_TRUE(is_readable(fd));
  EXPECT_TRUE(is_readable(fd)) << "as long as it waits";
  post([this] { post('c'); });
  pump->poll();
  EXPECT_TRUE(is_readable(fd)) << "a handler left something";
  pump->poll();
  EXPECT_FALSE(is_readable(fd));
}

TEST_F(EventPumpTest, ADescriptorThatIsAskedForLateIsReadable) {
  post('a');
  EXPECT_TRUE(is_readable(pump->fd()));
}

TEST_F(EventPumpTest, TheHookIsCalledOnceUntilTheNextPoll) {
  int wakes = 0;
  pump->on_wake([&wakes] { ++wakes; });
  post('a');
  post('b');
  EXPECT_EQ(wakes, 1);
  pump->poll();
  post([this] { post('d'); });
  EXPECT_EQ(wakes, 2);
  pump->poll();
  EXPECT_EQ(wakes, 3);
  pump->poll();
  EXPECT_EQ(ran, "abd");
  EXPECT_EQ(wakes, 3);
}

TEST_F(EventPumpTest, AHookThatComesLateIsCalledAtOnce) {
  post('a');
  int wakes = 0;
  pump->on_wake([&wakes] { ++wakes; });
  EXPECT_EQ(wakes, 1);
  pump->on_wake({});
  pump->poll();
  post('b');
  EXPECT_EQ(wakes, 1);
}

// A dialog in a handler that runs the program's loop meanwhile: it neither runs things nor finds the
// descriptor readable again and again.
TEST_F(EventPumpTest, InsideOfAHandlerPollRunsNothing) {
  const int fd = pump->fd();
  post([&] {
    post('b');
    EXPECT_FALSE(is_readable(fd));
    EXPECT_EQ(pump->poll(), 0u);
    EXPECT_EQ(ran, "");
  });
  EXPECT_EQ(pump->poll(), 1u);
  EXPECT_TRUE(is_readable(fd));
  EXPECT_EQ(pump->poll(), 1u);
  EXPECT_EQ(ran, "b");
}

TEST_F(EventPumpTest, AHandlerThatThrowsDoesSoOutOfPoll) {
  const int fd = pump->fd();
  post([] { throw std::runtime_error("from a handler"); });
  post('b');
  EXPECT_THROW(pump->poll(), std::runtime_error);
  EXPECT_TRUE(is_readable(fd));
  EXPECT_EQ(pump->poll(), 1u);
  EXPECT_EQ(ran, "b");
}

TEST_F(EventPumpTest, WhatWaitsIsDestroyedWithIt) {
  const auto held = std::make_shared<int>(0);
  const auto executor = pump->executor();
  post([held] { ADD_FAILURE(); });
  pump.reset();
  EXPECT_EQ(held.use_count(), 1);
  asio::post(executor, [held] { ADD_FAILURE(); });
  EXPECT_EQ(held.use_count(), 1) << "what comes later, too";
}

TEST_F(EventPumpTest, MayBeDestroyedInAHandler) {
  const auto held = std::make_shared<int>(0);
  post([this] { pump.reset(); });
  post([held] { ADD_FAILURE(); });
  EXPECT_EQ(pump->poll(), 1u);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(EventPumpTest, WakesAThreadThatWaitsOnItsDescriptor) {
  const int fd = pump->fd();
  auto poster = std::async(std::launch::async, [this] {
    for (int i = 0; i < 1000; ++i) asio::post(pump->executor(), asio::use_future).get();
  });
  std::size_t count = 0;
  while (count < 1000) {
    ASSERT_TRUE(is_readable(fd, 20'000));
    count += pump->poll();
  }
  poster.get();
  EXPECT_EQ(count, 1000u);
}

}  // namespace
}  // namespace parley
