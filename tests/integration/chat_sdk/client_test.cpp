#include <parley/parley.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/service_fixture.hpp"

namespace parley {
namespace {

using boost::asio::use_awaitable;
using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ClientTest : public testing::ServiceTest {
 protected:
  template <class T>
  static Result<T> get(std::future<Result<T>> future) {
    if (future.wait_for(seconds(20)) != std::future_status::ready)
      return Error{.code = Errc::timed_out, .message = "the test lost patience"};
    return future.get();
  }

  // Drives the user's own context until the outcome is there.
  template <class T>
  static T run(boost::asio::io_context& context, std::future<T> future) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    while (future.wait_for(seconds(0)) != std::future_status::ready) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the test lost patience");
      context.run_one_for(seconds(1));
    }
    return future.get();
  }

  Runtime runtime;
};

TEST_F(ClientTest, WorksWithCallbacks) {
  Client client(runtime, options_for("alice"));
  std::promise<std::thread::id> ran_on;
  client.async_connect([&](Result<void> connected) {
    ASSERT_TRUE(connected) << connected.error().to_string();
    client.async_create_group_channel({"callbacks"}, [&](Result<Channel> channel) {
      ASSERT_TRUE(channel) << channel.error().to_string();
      channel->async_send_message({"hi"}, [&](Result<Message> message) {
        ASSERT_TRUE(message);
        EXPECT_EQ(message->text, "hi");
        EXPECT_EQ(message->author, "alice");
        ran_on.set_value(std::this_thread::get_id());
      });
    });
  });
  EXPECT_TRUE(ran_on.get_future().get() != std::this_thread::get_id()) << "never inside the initiating call";
}

TEST_F(ClientTest, WorksWithFutures) {
  Client client(runtime, options_for("alice"));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto channel = get(client.async_create_group_channel({"futures", "about"}, use_future)).value();
  EXPECT_EQ(channel.state()->description, "about");
  EXPECT_EQ(get(channel.async_send_message({"one"}, use_future)).value().index, 0);
  EXPECT_EQ(client.current_channel(), channel);
  EXPECT_EQ(client.identity(), "alice");
}

// Every spelling of an argument in a co_await expression that compiles must work: g++ 12 destroys aggregates
// made there twice.
boost::asio::awaitable<std::string> converse(Client& client) {
  const std::string text = "text that is too long for the string's own place";
  (co_await client.async_connect(use_awaitable)).value();
  const Channel channel = (co_await client.async_create_group_channel({"coroutines", "for all"})).value();
  (co_await client.async_create_group_channel("of one word", use_awaitable)).value();
  (co_await client.async_create_group_channel(NewGroupChannel("third"), use_awaitable)).value();
  (co_await channel.async_send_message("one")).value();  // deferred, the default, is awaitable too
  (co_await channel.async_send_message({"two", "[2]"}, use_awaitable)).value();
  (co_await channel.async_send_message(NewMessage(text + "!"))).value();
  (co_await channel.async_set_read(1, use_awaitable)).value();
  const auto missing = co_await channel.async_download({"ME0123456789abcdef0123456789abcdef", "/nowhere"});
  const auto page = (co_await channel.async_get_messages({.page_size = 3}, use_awaitable)).value();
  std::string all{to_string(missing.error().code)};
  for (const auto& message : page.messages) all += "|" + message.text + message.attributes;
  co_return all;
}

// What holds strings is made by a constructor, so that the spelling that g++ 12 breaks does not compile.
static_assert(!std::is_aggregate_v<NewMessage> && !std::is_aggregate_v<NewFile> &&
              !std::is_aggregate_v<NewGroupChannel> && !std::is_aggregate_v<Download>);

TEST_F(ClientTest, WorksWithCoroutinesOnTheUsersOwnContext) {
  boost::asio::io_context context;
  Client client(context.get_executor(), options_for("alice"));
  EXPECT_EQ(run(context, boost::asio::co_spawn(context, converse(client), use_future)),
            "not_found|one{}|two[2]|text that is too long for the string's own place!{}");
}

boost::asio::awaitable<Result<Message>> send_or_give_up(const Channel& channel, milliseconds patience) {
  using namespace boost::asio::experimental::awaitable_operators;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, patience);
  NewMessage message("late");
  const auto winner =
      co_await (channel.async_send_message(message, use_awaitable) || timer.async_wait(use_awaitable));
  if (const auto* sent = std::get_if<0>(&winner)) co_return *sent;
  co_return Error{.code = Errc::cancelled, .message = "given up"};
}

/// The texts that a client hears, in order.
class HeardTexts {
 public:
  explicit HeardTexts(Client& client)
      : subscription_(client.on_event([this](const Event& event) {
          const auto* added = std::get_if<MessageAdded>(&event);
          const std::lock_guard lock(mutex_);
          if (added) texts_.push_back(added->message.text);
          changed_.notify_all();
        })) {}

  /// Waits until there are that many, 20 s at most.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [&] { return texts_.size() >= count; });
    return texts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> texts_;
  Subscription subscription_;
};

TEST_F(ClientTest, TheFirstMessageOfANewChannelIsToldOnce) {
  constexpr int kPeople = 20;
  Client bob(runtime, options_for("bob"));
  ASSERT_TRUE(get(bob.async_connect(use_future)));
  HeardTexts heard(bob);
  std::vector<std::unique_ptr<Client>> people;
  for (int i = 0; i < kPeople; ++i) {
    people.push_back(std::make_unique<Client>(runtime, options_for("person " + std::to_string(i))));
    ASSERT_TRUE(get(people.back()->async_connect(use_future)));
  }
  std::atomic<int> sent = 0;
  for (auto& person : people)
    person->async_direct_channel("bob", "", [&, text = person->identity()](Result<Channel> channel) {
      if (channel) channel->async_send_message(text, [&](Result<Message> stored) { sent += stored ? 1 : 0; });
    });
  auto texts = heard.wait_for(kPeople);
  std::this_thread::sleep_for(milliseconds(700));  // what would be told twice comes by then
  texts = heard.wait_for(kPeople);
  EXPECT_EQ(texts.size(), std::size_t(kPeople));
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), std::size_t(kPeople));
  EXPECT_EQ(sent, kPeople);
}

TEST_F(ClientTest, AThrottledBurstIsStoredWholeAndInOrder) {
  constexpr int kMessages = 1500;
  auto options = service_options();
  options.throttle = {.per_second = 1000, .burst = 300};
  Service throttled(std::move(options));
  throttled.start().value();
  auto wishes = options_for("alice");
  wishes.endpoint = Endpoint::service(throttled.url());
  Client client(runtime, std::move(wishes));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  HeardTexts heard(client);
  const auto channel = get(client.async_create_group_channel("burst", use_future)).value();
  std::vector<std::future<Result<Message>>> sends;
  for (int i = 0; i < kMessages; ++i)
    sends.push_back(channel.async_send_message(std::to_string(i), use_future));
  for (int i = 0; i < kMessages; ++i) {
    const auto stored = get(std::move(sends[static_cast<std::size_t>(i)]));
    ASSERT_TRUE(stored) << i << ": " << stored.error().to_string();
    ASSERT_EQ(stored->index, i);
  }
  const auto texts = heard.wait_for(kMessages);
  ASSERT_EQ(texts.size(), std::size_t(kMessages));
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(texts[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(ClientTest, BlocksAreOfTheUserAndHold) {
  Client alice(runtime, options_for("alice")), mallory(runtime, options_for("mallory"));
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  ASSERT_TRUE(get(mallory.async_connect(use_future)));
  const auto direct = get(mallory.async_direct_channel("alice", "", use_future)).value();
  ASSERT_TRUE(get(direct.async_send_message({"hello"}, use_future)));
  const auto group = get(mallory.async_create_group_channel({"spam"}, use_future)).value();
  ASSERT_TRUE(get(alice.async_block("mallory", use_future)));
  ASSERT_TRUE(get(alice.async_block("mallory", use_future))) << "again";
  EXPECT_EQ(get(alice.async_blocked(use_future)).value(), std::vector<std::string>{"mallory"});

  const auto refused = get(direct.async_send_message({"listen"}, use_future));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_EQ(refused.error().server_code, 50481);
  const auto not_added = get(group.async_invite("alice", use_future));
  ASSERT_FALSE(not_added);
  EXPECT_EQ(not_added.error().server_code, 50480);

  Client phone(runtime, options_for("alice"));
  ASSERT_TRUE(get(phone.async_connect(use_future)));
  EXPECT_EQ(get(phone.async_blocked(use_future)).value(), std::vector<std::string>{"mallory"});
  ASSERT_TRUE(get(phone.async_unblock("mallory", use_future)));
  EXPECT_TRUE(get(alice.async_blocked(use_future)).value().empty());
  EXPECT_TRUE(get(direct.async_send_message({"thank you"}, use_future)));
}

TEST_F(ClientTest, AChannelWithWhoeverBlockedThisUserIsNotOpened) {
  Client alice(runtime, options_for("a#lice %")), mallory(runtime, options_for("mallory"));
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  ASSERT_TRUE(get(mallory.async_connect(use_future)));
  ASSERT_TRUE(get(alice.async_block("mallory", use_future)));
  const auto refused = get(mallory.async_direct_channel("a#lice %", "", use_future));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_TRUE(mallory.channels().empty()) << "nothing is left behind";
  EXPECT_TRUE(get(alice.async_direct_channel("mallory", "", use_future))) << "who blocks is not bound";
}

TEST_F(ClientTest, BlocksOfNobodyAreRefusedAtOnce) {
  Client client(runtime, options_for("alice"));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  for (const std::string& who :
       {std::string(), std::string("alice"), std::string(257, 'x'), std::string("a\nb")})
    EXPECT_EQ(get(client.async_block(who, use_future)).error().code, Errc::invalid_argument) << who;
  EXPECT_EQ(get(client.async_unblock("", use_future)).error().code, Errc::invalid_argument);
}

TEST_F(ClientTest, APendingOperationKeepsTheHandlersExecutorAwake) {
  boost::asio::io_context ui;
  Client client(runtime, options_for("alice"));
  bool connected = false, closed = false;
  client.async_connect(
      boost::asio::bind_executor(ui, [&](const Result<void>& outcome) { connected = outcome.has_value(); }));
  ui.run();
  EXPECT_TRUE(connected);
  ui.restart();
  client.async_close(boost::asio::bind_executor(ui, [&](const Result<void>&) { closed = true; }));
  ui.run();
  EXPECT_TRUE(closed);
}

TEST_F(ClientTest, AHandlerMayDetachAnotherDuringAnEvent) {
  Client client(runtime, options_for("alice"));
  Subscription second;
  std::atomic<int> heard_by_second{0};
  const auto first = client.on_event([&](const Event& event) {
    if (std::holds_alternative<ConnectionChanged>(event)) second.reset();
  });
  second = client.on_event([&](const Event& event) {
    heard_by_second += std::holds_alternative<ConnectionChanged>(event) ? 1 : 0;
  });
  ASSERT_TRUE(get(client.async_connect(use_future)));
  EXPECT_EQ(heard_by_second, 0);
}

TEST_F(ClientTest, AHandlerHearsFirstHowThingsAre) {
  Client client(runtime, options_for("alice"));
  const auto state_heard_first = [&] {
    std::promise<PresentState> first;
    const auto events = client.on_event([&, told = false](const Event& event) mutable {
      if (std::exchange(told, true)) {
        EXPECT_FALSE(std::holds_alternative<PresentState>(event)) << "told twice, or to others";
      } else {
        ASSERT_TRUE(std::holds_alternative<PresentState>(event));
        first.set_value(std::get<PresentState>(event));
      }
    });
    return first.get_future().get();
  };
  const auto before = state_heard_first();
  EXPECT_EQ(before.status.state, ConnectionState::offline);
  EXPECT_TRUE(before.channels.empty());
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto channel = get(client.async_create_group_channel({"present"}, use_future)).value();
  const auto late = state_heard_first();
  EXPECT_EQ(late.status.state, ConnectionState::connected);
  EXPECT_EQ(late.channels, std::vector<Channel>{channel});
}

TEST_F(ClientTest, ATokenSourceThatThrowsIsAFailureNotACrash) {
  ClientOptions options = options_for("alice");
  options.tokens = [](const auto&, const TokenReply&) { throw std::runtime_error("the keyring is locked"); };
  options.timeouts.connect = milliseconds(100);
  Client client(runtime, std::move(options));
  const auto connected = get(client.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_NE(connected.error().message.find("the token source threw: the keyring is locked"),
            std::string::npos)
      << connected.error().message;
}

TEST_F(ClientTest, CanBeCancelledByTheOperatorOfAsio) {
  boost::asio::io_context context;
  Client client(context.get_executor(), options_for("alice"));
  ASSERT_TRUE(run(context, client.async_connect(use_future)));
  const Channel channel = run(context, client.async_create_group_channel({"cancel"}, use_future)).value();
  service.stop(milliseconds(0));
  const auto outcome =
      run(context, boost::asio::co_spawn(context, send_or_give_up(channel, milliseconds(50)), use_future));
  EXPECT_EQ(outcome.error().code, Errc::cancelled);
}

TEST_F(ClientTest, ReportsWhoCannotBeReached) {
  ClientOptions options = options_for("alice");
  options.endpoint = Endpoint::service("ws://127.0.0.1:1/v3/wsconnect");
  options.timeouts.connect = milliseconds(300);
  Client client(runtime, std::move(options));
  const auto connected = get(client.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::unreachable);
  EXPECT_EQ(client.status().state, ConnectionState::offline);
}

TEST_F(ClientTest, NamesTheFieldOfABadArgument) {
  Client client(runtime, options_for("alice"));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto channel = get(client.async_create_group_channel({"arguments"}, use_future)).value();
  const auto message_of = [](const auto& result) {
    return result ? std::string("accepted") : result.error().message;
  };
  EXPECT_EQ(message_of(get(client.async_create_group_channel({"a#b"}, use_future))),
            "name: expected no '#': it is reserved for 1x1 channels");
  EXPECT_EQ(message_of(get(client.async_create_group_channel({""}, use_future))),
            "name: expected 1 to 320 bytes of UTF-8, no control, direction or invisible characters");
  EXPECT_EQ(message_of(get(client.async_direct_channel("alice", "", use_future))),
            "peer: expected somebody else's identity");
  EXPECT_EQ(message_of(get(channel.async_send_message({"\xff"}, use_future))), "text: expected valid UTF-8");
  EXPECT_EQ(message_of(get(channel.async_send_message({"x", "{"}, use_future))),
            "attributes: expected JSON text");
  const auto json_of = [](std::size_t bytes) { return "\"" + std::string(bytes - 2, 'x') + "\""; };
  EXPECT_EQ(message_of(get(channel.async_send_message({"x", json_of(4 * 1024)}, use_future))), "accepted");
  EXPECT_EQ(message_of(get(channel.async_send_message({"x", json_of(4 * 1024 + 1)}, use_future))),
            "attributes: expected at most 4 KiB");
  EXPECT_EQ(
      message_of(get(client.async_create_group_channel({"large", "", json_of(16 * 1024 + 1)}, use_future))),
      "attributes: expected at most 16 KiB");
  EXPECT_EQ(message_of(get(channel.async_get_messages({.page_size = 0}, use_future))),
            "page_size: expected 1 to 100");
  EXPECT_EQ(message_of(get(channel.async_get_messages({.page_size = 101}, use_future))),
            "page_size: expected 1 to 100");
  EXPECT_EQ(message_of(get(channel.async_set_read(-1, use_future))), "index: expected 0 or more");
}

TEST_F(ClientTest, ReportsConflictsAndUnknownNames) {
  Client alice(runtime, options_for("alice")), bob(runtime, options_for("bob"));
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  ASSERT_TRUE(get(bob.async_connect(use_future)));
  ASSERT_TRUE(get(alice.async_create_group_channel({"taken"}, use_future)));
  const auto again = get(bob.async_create_group_channel({"taken"}, use_future));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_EQ(again.error().server_code, 50353);
  EXPECT_EQ(get(bob.async_join_channel("nobody made this", use_future)).error().code, Errc::not_found);
}

TEST_F(ClientTest, BothSidesOfAPrivateChannelMayAskAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const std::string a = "a" + std::to_string(round) + "#%", b = "b" + std::to_string(round);
    Client alice(runtime, options_for(a)), bob(runtime, options_for(b));
    ASSERT_TRUE(get(alice.async_connect(use_future)));
    ASSERT_TRUE(get(bob.async_connect(use_future)));
    auto of_alice = alice.async_direct_channel(b, "", use_future);
    auto of_bob = bob.async_direct_channel(a, "", use_future);
    const auto first = get(std::move(of_alice)), second = get(std::move(of_bob));
    ASSERT_TRUE(first) << first.error().to_string();
    ASSERT_TRUE(second) << second.error().to_string();
    EXPECT_EQ(first->sid(), second->sid());
    EXPECT_EQ(first->state()->kind, ChannelKind::direct);
    EXPECT_EQ(first->state()->peer, b);
  }
}

TEST_F(ClientTest, ClosingCompletesWhatIsPendingAndThenNothingComes) {
  auto client = std::make_unique<Client>(runtime, options_for("alice"));
  std::atomic<int> events{0};
  auto subscription = client->on_event([&](const Event&) { ++events; });
  ASSERT_TRUE(get(client->async_connect(use_future)));
  const auto channel = get(client->async_create_group_channel({"closing"}, use_future)).value();
  service.stop(milliseconds(0));
  auto pending = channel.async_send_message({"never"}, use_future);
  ASSERT_TRUE(get(client->async_close(use_future)));
  EXPECT_EQ(pending.wait_for(seconds(0)), std::future_status::ready) << "pending operations complete first";
  EXPECT_EQ(get(std::move(pending)).error().code, Errc::client_closed);
  const int before = events;
  EXPECT_EQ(get(channel.async_send_message({"x"}, use_future)).error().code, Errc::client_closed);
  client.reset();
  EXPECT_EQ(get(channel.async_send_message({"x"}, use_future)).error().code, Errc::client_closed);
  EXPECT_EQ(events, before);
}

TEST_F(ClientTest, MayBeDestroyedInsideItsOwnCallback) {
  auto client = std::make_unique<Client>(runtime, options_for("alice"));
  std::promise<void> gone;
  client->async_connect([&](const Result<void>&) {
    client.reset();
    gone.set_value();
  });
  EXPECT_EQ(gone.get_future().wait_for(seconds(20)), std::future_status::ready);
}

TEST_F(ClientTest, SnapshotsNeverChange) {
  Client client(runtime, options_for("alice"));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto channel = get(client.async_create_group_channel({"snapshots"}, use_future)).value();
  const auto before = channel.state();
  ASSERT_TRUE(get(channel.async_send_message({"x"}, use_future)));
  ASSERT_TRUE(get(channel.async_invite("bob", use_future)));
  ASSERT_TRUE(get(channel.async_get_messages({}, use_future)));  // behind both in the ordered stream
  EXPECT_EQ(before->last_message_index, std::nullopt);
  EXPECT_EQ(before->members->size(), 1u);
  EXPECT_EQ(channel.state()->last_message_index, 0);
  EXPECT_EQ(channel.state()->members->size(), 2u);
  EXPECT_EQ(Channel().state()->sid, "");
}

TEST_F(ClientTest, PagesSayWhatAdjoins) {
  Client client(runtime, options_for("alice"));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto channel = get(client.async_create_group_channel({"pages"}, use_future)).value();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(channel.async_send_message({std::to_string(i)}, use_future)));
  struct Case {
    GetMessages query;
    std::string texts;
    bool older, newer;
  };
  const Case cases[] = {
      {{.page_size = 2}, "34", true, false},
      {{.page_size = 2, .anchor = Anchor::at(2)}, "12", true, true},
      {{.page_size = 2, .anchor = Anchor::beyond(2)}, "01", false, true},
      {{.page_size = 10, .anchor = Anchor::at(0)}, "0", false, true},
      {{.page_size = 2, .anchor = Anchor::beyond(0)}, "", false, true},
      {{.page_size = 2, .direction = Direction::forwards}, "01", false, true},
      {{.page_size = 2, .anchor = Anchor::at(3), .direction = Direction::forwards}, "34", true, false},
      {{.page_size = 2, .anchor = Anchor::beyond(3), .direction = Direction::forwards}, "4", true, false},
      {{.page_size = 2, .anchor = Anchor::beyond(4), .direction = Direction::forwards}, "", true, false},
  };
  for (const auto& c : cases) {
    const auto page = get(channel.async_get_messages(c.query, use_future)).value();
    std::string texts;
    for (const auto& message : page.messages) texts += message.text;
    EXPECT_EQ(texts, c.texts);
    EXPECT_EQ(page.older.has_value(), c.older) << c.texts;
    EXPECT_EQ(page.newer.has_value(), c.newer) << c.texts;
  }
}

TEST_F(ClientTest, AThrownAwaySubscriptionHearsNothing) {
  Client client(runtime, options_for("alice"));
  std::atomic<int> heard{0};
  {
    auto subscription = client.on_event(
        [&](const Event& event) { heard += std::holds_alternative<PresentState>(event) ? 0 : 1; });
  }
  ASSERT_TRUE(get(client.async_connect(use_future)));
  EXPECT_EQ(heard, 0);
}

}  // namespace
}  // namespace parley
