#include <parley/event_pump.hpp>
#include <parley/parley.hpp>

#include <gtest/gtest.h>

#include <poll.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "tests/support/service_fixture.hpp"

namespace parley {
namespace {

using boost::asio::use_awaitable;
using boost::asio::use_future;
using std::chrono::seconds;

/// An event loop as a toolkit has one, run by the test's thread.
class Loop {
 public:
  using Work = std::function<void()>;

  void post(Work work) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    queue_.push_back(std::move(work));
    changed_.notify_all();
  }
  /// Runs one after the other until `done`, 20 s at most.
  template <class Done>
  bool run_until(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!done()) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_until(lock, deadline, [this] { return !queue_.empty(); })) return false;
      const Work work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
    }
    return true;
  }
  /// What waits is destroyed, what comes is dropped.
  void end() {
    std::deque<Work> dropped;
    const std::lock_guard lock(mutex_);
    ended_ = true;
    dropped.swap(queue_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  bool ended_ = false;
};

class LoopsTest : public testing::ServiceTest {
 protected:
  ClientOptions options_with_post() const {
    auto options = options_for("alice");
    options.post = [loop = loop](std::function<void()> work) { loop->post(std::move(work)); };
    return options;
  }
  ClientOptions options_with_pump(const EventPump& pump) const {
    auto options = options_for("alice");
    options.callbacks = pump.executor();
    return options;
  }
  template <class T>
  static T wait(std::future<T> future) {
    if (future.wait_for(seconds(20)) != std::future_status::ready)
      throw std::runtime_error("the test lost patience");
    return future.get();
  }
  /// Of a client that was destroyed: the I/O thread does one thing after the other.
  void let_the_last_work_end() {
    Client after(runtime, options_for("bob"));
    wait(after.async_connect(use_future)).value();
    wait(after.async_close(use_future)).value();
  }
  /// Runs the pump when its descriptor says so, until `done`, 20 s at most.
  template <class Done>
  static bool run_until(EventPump& pump, const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (!done()) {
      pollfd wanted{pump.fd(), POLLIN, 0};
      if (std::chrono::steady_clock::now() > deadline) return false;
      if (::poll(&wanted, 1, 1000) == 1) pump.poll();
    }
    return true;
  }

  Runtime runtime;
  std::shared_ptr<Loop> loop = std::make_shared<Loop>();
};

/// What a client tells on the thread of the test, events and outcomes each in the order in which it does.
struct Heard {
  void on(std::string& order, const std::string& what) {
    EXPECT_TRUE(std::this_thread::get_id() == thread);
    EXPECT_FALSE(std::exchange(inside, true)) << "one at a time";
    order += what;
    inside = false;
  }
  auto event_handler() {
    return [this](const Event& event) {
      if (const auto* added = std::get_if<MessageAdded>(&event)) on(events, added->message.text);
    };
  }
  bool all() const { return events == "123" && outcomes == "connected123"; }

  std::thread::id thread = std::this_thread::get_id();
  bool inside = false;
  std::string events, outcomes;
};

void talk(Client& client, Heard& heard) {
  client.async_connect([&](const Result<void>& connected) {
    ASSERT_TRUE(connected) << connected.error().to_string();
    heard.on(heard.outcomes, "connected");
    client.async_create_group_channel("lobby", [&](const Result<Channel>& channel) {
      ASSERT_TRUE(channel);
      for (const char* text : {"1", "2", "3"})
        channel->async_send_message(text, [&heard](const Result<Message>& sent) {
          ASSERT_TRUE(sent);
          heard.on(heard.outcomes, sent->text);
        });
    });
  });
}

TEST_F(LoopsTest, CompletionsAndEventsRunInPostedWorkInOrder) {
  Heard heard;
  Client client(runtime, options_with_post());
  const auto events = client.on_event(heard.event_handler());
  talk(client, heard);
  EXPECT_TRUE(loop->run_until([&] { return heard.all(); })) << heard.events << " " << heard.outcomes;
}

TEST_F(LoopsTest, CompletionsAndEventsRunInThePumpInOrder) {
  Heard heard;
  EventPump pump;
  Client client(runtime, options_with_pump(pump));
  const auto events = client.on_event(heard.event_handler());
  talk(client, heard);
  EXPECT_TRUE(run_until(pump, [&] { return heard.all(); })) << heard.events << " " << heard.outcomes;
}

TEST_F(LoopsTest, OnePumpServesSeveralClientsAndCoroutines) {
  EventPump pump;
  Client alice(runtime, options_with_pump(pump));
  auto for_bob = options_for("bob");
  for_bob.callbacks = pump.executor();
  Client bob(runtime, std::move(for_bob));
  std::string text;
  const auto events = bob.on_event([&](const Event& event) {
    if (const auto* added = std::get_if<MessageAdded>(&event)) text = added->message.text;
  });
  const auto chat = [&]() -> boost::asio::awaitable<void> {
    (co_await alice.async_connect(use_awaitable)).value();
    (co_await bob.async_connect(use_awaitable)).value();
    const auto lobby = (co_await alice.async_create_group_channel("lobby", use_awaitable)).value();
    (co_await bob.async_join_channel("lobby", use_awaitable)).value();
    (co_await lobby.async_send_message("hello", use_awaitable)).value();
  };
  boost::asio::co_spawn(pump.executor(), chat(), boost::asio::detached);
  EXPECT_TRUE(run_until(pump, [&] { return text == "hello"; }));
}

TEST_F(LoopsTest, WhatAHandlerThrowsLeavesThroughTheLoop) {
  EventPump pump;
  Client client(runtime, options_with_pump(pump));
  bool went_on = false;
  client.async_blocked([](const auto&) { throw std::runtime_error("from a completion"); });
  client.async_blocked([&](const auto&) { went_on = true; });
  EXPECT_THROW(run_until(pump, [&] { return went_on; }), std::runtime_error);
  EXPECT_TRUE(run_until(pump, [&] { return went_on; }));
}

TEST_F(LoopsTest, TwoPlacesForCallbacksAreRefusedByName) {
  auto options = options_with_post();
  options.callbacks = runtime.executor();
  Client client(runtime, std::move(options));
  const auto connected = wait(client.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::invalid_argument);
  EXPECT_NE(connected.error().message.find("post"), std::string::npos);
}

TEST_F(LoopsTest, PostIsNotCalledAfterTheClientIsGone) {
  for (int i = 0; i < 50; ++i) {
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    auto options = options_with_post();
    options.post = [loop = loop, ended](std::function<void()> work) {
      EXPECT_FALSE(*ended);
      loop->post(std::move(work));
    };
    int completed = 0;
    {
      Client client(runtime, std::move(options));
      const auto events = client.on_event([](const Event&) {});
      client.async_connect([&](const Result<void>&) { ++completed; });
      for (int work = 0; work < i; ++work) client.async_blocked([&](const auto&) { ++completed; });
    }
    *ended = true;
    ASSERT_TRUE(loop->run_until([&] { return completed == i + 1; })) << "each completes once";
  }
}

TEST_F(LoopsTest, AClientMayEndInAHandlerOfItsLoop) {
  int completed = 0;
  auto client = std::make_unique<Client>(runtime, options_with_post());
  client->async_connect([&](const Result<void>&) {
    for (int i = 0; i < 10; ++i)
      client->async_blocked([&](const auto& outcome) {
        EXPECT_FALSE(outcome);
        ++completed;
      });
    client.reset();
  });
  EXPECT_TRUE(loop->run_until([&] { return completed == 10; }));
}

// It is told not to; then handlers run where they should not, but nothing hangs.
TEST_F(LoopsTest, APostThatRunsTheWorkItselfDoesNotDeadlock) {
  auto options = options_for("alice");
  options.post = [](const std::function<void()>& work) { work(); };
  std::promise<void> done;
  auto client = std::make_unique<Client>(runtime, std::move(options));
  const auto events = client->on_event([&](const Event&) {
    if (client) static_cast<void>(client->status());
  });
  client->async_connect([&](const Result<void>& connected) {
    EXPECT_TRUE(connected);
    client->async_create_group_channel("inline", [&](const Result<Channel>& channel) {
      ASSERT_TRUE(channel);
      channel->async_send_message("text", [&](const Result<Message>& sent) {
        EXPECT_TRUE(sent);
        client.reset();
        done.set_value();
      });
    });
  });
  EXPECT_EQ(done.get_future().wait_for(seconds(20)), std::future_status::ready);
}

TEST_F(LoopsTest, APostThatThrowsIsAnErrorInTheLog) {
  auto options = options_for("alice");
  std::promise<std::string> logged;
  options.post = [](const auto&) { throw std::runtime_error("secret details"); };
  options.log = [&](LogLevel level, std::string_view line) {
    if (level == LogLevel::error) logged.set_value(std::string(line));
  };
  const auto held = std::make_shared<int>(0);
  {
    Client client(runtime, std::move(options));
    client.async_connect([held](const Result<void>&) { ADD_FAILURE(); });
    EXPECT_EQ(wait(logged.get_future()), R"(event=callbacks_lost message="post threw an exception")");
  }
  let_the_last_work_end();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(LoopsTest, HandlersOfALoopThatHasEndedAreReleased) {
  const auto held = std::make_shared<int>(0);
  boost::asio::io_context never_run;
  {
    Client client(runtime, options_with_post());
    const auto events = client.on_event([held](const Event&) {});
    client.async_connect([held](const Result<void>&) {});
    const auto never = [&](auto handler) { return boost::asio::bind_executor(never_run, handler); };
    client.async_flush(seconds(20), never([held](const Result<void>&) {}));
    EXPECT_TRUE(loop->run_until([&] { return client.status().state == ConnectionState::connected; }));
    client.async_blocked([held](const auto&) {});
    loop->end();
    client.async_blocked(never([held](const auto&) {}));
    client.async_close([held](const auto&) {});
  }
  let_the_last_work_end();
  never_run.poll();  // there was nothing to flush, so that had ended before the loop did
  EXPECT_EQ(held.use_count(), 1);
}

/// Ends a pump while its client has everything under way, after so many polls.
class PumpEnds : public LoopsTest, public ::testing::WithParamInterface<int> {};

TEST_P(PumpEnds, BeforeItsClients) {
  const auto held = std::make_shared<int>(0);
  {
    auto pump = std::make_unique<EventPump>();
    boost::asio::io_context never_run;
    Client client(runtime, options_with_pump(*pump));
    auto events = client.on_event([held](const Event&) {});
    std::optional<Channel> channel;
    client.async_connect([&, held](const Result<void>&) {
      client.async_create_group_channel("ends", [&](const Result<Channel>& made) {
        if (made) channel = *made;
      });
    });
    for (int i = 0; i < GetParam(); ++i) {
      pollfd wanted{pump->fd(), POLLIN, 0};
      ::poll(&wanted, 1, 100);
      pump->poll();
    }
    for (int i = 0; i < 20; ++i) {
      client.async_blocked([held](const auto&) {});
      client.async_blocked(boost::asio::bind_executor(never_run, [held](const auto&) {}));
      if (channel) channel->async_send_message("text", [held](const Result<Message>&) {});
    }
    pump.reset();
    // Their outcomes come to nobody; the client goes on.
    for (int i = 0; i < 20; ++i) client.async_blocked([held](const auto&) {});
    client.async_close([held](const Result<void>&) {});
  }
  let_the_last_work_end();
  EXPECT_EQ(held.use_count(), 1);
}

INSTANTIATE_TEST_SUITE_P(AfterPolls, PumpEnds, ::testing::Values(0, 1, 2, 3, 5, 8, 13));

}  // namespace
}  // namespace parley
