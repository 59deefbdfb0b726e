#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include <parley/cache_sqlite.hpp>

#include "tests/support/service_fixture.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kPatience = seconds(30);

template <class T>
Result<T> get(std::future<Result<T>> future) {
  if (future.wait_for(kPatience) == std::future_status::ready) return future.get();
  return Error{.code = Errc::timed_out, .message = "the test lost patience"};
}

/// Waits for the first event of a kind.
template <class T>
class First {
 public:
  explicit First(Client& client)
      : events_(client.on_event([this](const Event& event) {
          const std::lock_guard lock(mutex_);
          const auto* matching = std::get_if<T>(&event);
          if (matching && !std::exchange(found_, true)) promise_.set_value(*matching);
        })) {}
  std::optional<T> get() {
    if (future_.wait_for(kPatience) != std::future_status::ready) return std::nullopt;
    return future_.get();
  }

 private:
  std::mutex mutex_;
  bool found_ = false;
  std::promise<T> promise_;
  std::future<T> future_ = promise_.get_future();
  Subscription events_;
};

/// Clients with a cache, one after the other.
class CacheTest : public testing::ServiceTest {
 protected:
  ClientOptions cached(const std::string& identity = "alice") const {
    auto options = options_for(identity);
    options.cache = CacheOptions::sqlite((files.directory() / "cache").string(), identity);
    return options;
  }
  /// A channel that alice has made.
  Channel made(Client& alice) {
    EXPECT_TRUE(get(alice.async_connect(use_future)));
    return get(alice.async_create_group_channel("lobby", use_future)).value();
  }
  std::size_t files_left() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(files.directory() / "cache"))
      count += entry.path().extension() == ".lock" ? 0 : 1;
    return count;
  }

  testing::TemporaryFile files;
  Runtime runtime;
};

TEST_F(CacheTest, WhatWaitsIsSentByTheNextClientAndToldThere) {
  Channel channel;
  {
    Client alice(runtime, cached());
    channel = made(alice);
    service.stop(milliseconds(0));
    First<MessagePending> pending(alice);
    auto outcome = channel.async_send_message("kept", use_future);
    EXPECT_EQ(pending.get()->message.text, "kept");
    ASSERT_TRUE(get(alice.async_close(use_future)));
    EXPECT_EQ(get(std::move(outcome)).error().code, Errc::client_closed);
  }
  Client alice(runtime, cached());
  First<MessagePending> pending(alice);
  const auto told = pending.get();
  ASSERT_TRUE(told) << "though it is not connected";
  EXPECT_EQ(told->message.text, "kept");
  EXPECT_EQ(get(told->channel.async_outgoing_messages(use_future)).value().size(), 1u);
}

TEST_F(CacheTest, TheNextClientShowsWhatTheLastOneWasToldAndReadAndThenWhatItMissed) {
  const auto texts = [](const MessagePage& page) {
    std::string all;
    for (const auto& one : page.messages) all += one.text + " ";
    return all;
  };
  Client bob(runtime, options_for("bob"));
  ASSERT_TRUE(get(bob.async_connect(use_future)));
  std::string sid;
  {
    Client alice(runtime, cached());
    const auto channel = made(alice);
    sid = channel.sid();
    const auto bobs = get(bob.async_join_channel("lobby", use_future)).value();
    for (const char* text : {"one", "two", "three"})
      ASSERT_TRUE(get(bobs.async_send_message(text, use_future)));
    const auto page = get(channel.async_get_messages({.page_size = 2}, use_future)).value();
    EXPECT_EQ(texts(page), "two three ");
    EXPECT_TRUE(page.current);
    ASSERT_TRUE(get(alice.async_close(use_future)));
  }
  ASSERT_TRUE(get(bob.channels().at(0).async_send_message("four", use_future)));
  auto options = cached();
  std::promise<void> go;  // no token before
  options.tokens = [tokens = options.tokens, gone = go.get_future().share()](auto executor, auto reply) {
    std::thread([=] {
      gone.wait();
      tokens(executor, reply);
    }).detach();
  };
  Client alice(runtime, options);
  First<CacheRestored> restored(alice);
  ASSERT_TRUE(restored.get());
  const auto channel = alice.channels().at(0);
  const auto cached_page = get(channel.async_get_messages({.page_size = 30}, use_future)).value();
  EXPECT_EQ(texts(cached_page), "one two three ");
  EXPECT_FALSE(cached_page.current);
  First<MessageAdded> added(alice);
  go.set_value();
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  EXPECT_EQ(added.get()->message.text, "four") << "the only one that was not there";
  EXPECT_EQ(channel.history_state(0, 3), HistoryState::complete);
  const auto page = get(channel.async_get_messages({}, use_future)).value();
  EXPECT_EQ(texts(page), "one two three four ");
  EXPECT_TRUE(page.current);
}

TEST_F(CacheTest, ASecondClientIsRefused) {
  Client first(runtime, cached()), second(runtime, cached()), bob(runtime, cached("bob"));
  ASSERT_TRUE(get(first.async_connect(use_future)));
  const auto refused = get(second.async_connect(use_future));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_TRUE(get(bob.async_connect(use_future))) << "has one of his own";
  ASSERT_TRUE(get(first.async_close(use_future)));
  EXPECT_TRUE(get(second.async_connect(use_future)));
}

TEST_F(CacheTest, AClientThatWasDestroyedMakesRoomForTheNext) {
  for (int i = 0; i < 20; ++i) {
    Client alice(runtime, cached());
    ASSERT_TRUE(get(alice.async_connect(use_future))) << i;
  }
}

TEST_F(CacheTest, ATokenOfAnotherIdentityIsRefused) {
  auto options = cached();
  options.tokens = fixed_token(token_for("mallory"));
  Client client(runtime, std::move(options));
  const auto refused = get(client.async_connect(use_future));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_EQ(client.status().state, ConnectionState::offline);
  EXPECT_TRUE(client.channels().empty());
}

TEST_F(CacheTest, WithoutAnIdentityThatOfTheTokenCounts) {
  auto options = cached();
  options.cache.identity.clear();
  Channel channel;
  {
    Client alice(runtime, options);
    channel = made(alice);
    EXPECT_TRUE(get(channel.async_send_message("sent", use_future)));
    ASSERT_TRUE(get(alice.async_close(use_future)));
  }
  Client same(runtime, cached());
  EXPECT_TRUE(get(same.async_connect(use_future)));
}

TEST_F(CacheTest, ForgettingLeavesNothing) {
  Client alice(runtime, cached());
  const auto channel = made(alice);
  ASSERT_TRUE(get(channel.async_send_message("text", use_future)));
  EXPECT_GT(files_left(), 0u);
  ASSERT_TRUE(get(alice.async_forget(use_future)));
  EXPECT_EQ(files_left(), 0u);
  EXPECT_EQ(get(channel.async_send_message("text", use_future)).error().code, Errc::client_closed);
}

TEST_F(CacheTest, WhatCannotBeForgottenIsTold) {
  Client alice(runtime, cached());
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  Client idle(runtime, cached());
  EXPECT_EQ(get(idle.async_forget(use_future)).error().code, Errc::conflict);
  auto nobody = cached();
  nobody.cache.identity.clear();
  Client unnamed(runtime, nobody);
  EXPECT_EQ(get(unnamed.async_forget(use_future)).error().code, Errc::invalid_argument);
}

TEST_F(CacheTest, AClientThatIsNotConnectedTellsWhyItHasNoCache) {
  auto options = cached();
  options.cache.directory = "/proc/no/such/directory";
  Client alice(runtime, std::move(options));
  First<CacheFailed> failed(alice);
  const auto told = failed.get();
  ASSERT_TRUE(told);
  EXPECT_NE(told->error.message.find("/proc/no/such/directory"), std::string::npos);
}

}  // namespace
}  // namespace parley
