#include <parley/parley.hpp>

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "common/net/relay.hpp"
#include "tests/support/service_fixture.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;

template <class T>
Result<T> get(std::future<Result<T>> future) {
  if (future.wait_for(seconds(60)) != std::future_status::ready)
    return Error{.code = Errc::timed_out, .message = "the test lost patience"};
  return future.get();
}

/// A cable to the service that is pulled, for good or a number of times.
class BadCable {
 public:
  explicit BadCable(net::ListenAddress target) : relay_(context_.get_executor(), std::move(target)) {
    address_ = relay_.start().value();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~BadCable() {
    context_.stop();
    thread_.join();
  }

  /// Pulls it `times` times.
  void cut_again_and_again(milliseconds every, int times) {
    boost::asio::post(context_, [this, every, times] { cut(every, times); });
  }
  void pull() {
    boost::asio::post(context_, [this] { relay_.cut(); });
  }
  void plug_in() {
    boost::asio::post(context_, [this] { relay_.mend(); });
  }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(address_.port) + "/v3/wsconnect"; }

 private:
  void cut(milliseconds every, int times) {
    if (times == 0) return;
    relay_.cut();
    relay_.mend();
    timer_.expires_after(every);
    timer_.async_wait([this, every, times](boost::system::error_code error) {
      if (!error) cut(every, times - 1);
    });
  }

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  net::Relay relay_;
  boost::asio::steady_timer timer_{context_};
  net::ListenAddress address_;
  std::thread thread_;
};

/// What a client tells of its own messages, by local id.
class OwnMessages {
 public:
  explicit OwnMessages(Client& client)
      : events_(client.on_event([this](const Event& event) { on_event(event); })) {}

  struct Counts {
    int pending = 0, sent = 0, failed = 0;
    bool operator==(const Counts&) const = default;
  };
  std::map<std::string, Counts> counts() {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  void on_event(const Event& event) {
    const std::lock_guard lock(mutex_);
    if (const auto* pending = std::get_if<MessagePending>(&event))
      ++counts_[pending->message.local_id].pending;
    if (const auto* sent = std::get_if<MessageSent>(&event)) ++counts_[sent->local_id].sent;
    if (const auto* failed = std::get_if<MessageFailed>(&event)) ++counts_[failed->message.local_id].failed;
  }

  std::mutex mutex_;
  std::map<std::string, Counts> counts_;
  Subscription events_;
};

class OutboxTest : public testing::ServiceTest {
 protected:
  Runtime runtime;
};

/// With a service that knows mutation ids, and with one that does not.
class OutboxOverABadCable : public OutboxTest, public ::testing::WithParamInterface<bool> {
 protected:
  ServiceOptions options() const {
    auto options = service_options();
    options.tenants[0].mutation_ids = GetParam();
    return options;
  }
};

TEST_P(OutboxOverABadCable, EveryMessageIsStoredOnceAndInOrder) {
  // Without mutation ids what was on its way settles for two seconds after each cut.
  const int count = GetParam() ? 3000 : 1000;
  Service stubborn(options());
  BadCable cable(stubborn.start().value());
  auto wishes = options_for("alice");
  wishes.endpoint = Endpoint::service(cable.url());
  wishes.endpoint.knows_mutation_ids = GetParam();
  wishes.retry = {milliseconds(10), milliseconds(50)};
  Client alice(runtime, std::move(wishes));
  OwnMessages own(alice);
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  const auto channel = get(alice.async_create_group_channel("cable", use_future)).value();

  cable.cut_again_and_again(milliseconds(50), GetParam() ? 20 : 5);
  std::vector<std::future<Result<Message>>> sends;
  for (int i = 0; i < count; ++i) sends.push_back(channel.async_send_message(std::to_string(i), use_future));
  for (auto& send : sends) ASSERT_TRUE(get(std::move(send)));

  std::vector<std::string> texts;
  std::optional<GetMessages> query = GetMessages{.page_size = 100, .direction = Direction::forwards};
  while (query) {
    const auto page = get(channel.async_get_messages(*query, use_future)).value();
    for (const auto& message : page.messages) texts.push_back(message.text);
    query = page.newer;
  }
  ASSERT_EQ(texts.size(), std::size_t(count)) << "lost or doubled";
  for (int i = 0; i < count; ++i) EXPECT_EQ(texts[static_cast<std::size_t>(i)], std::to_string(i));
  ASSERT_TRUE(get(alice.async_close(use_future)));
  const auto counts = own.counts();
  EXPECT_EQ(counts.size(), std::size_t(count));
  for (const auto& [id, count] : counts) EXPECT_EQ(count, (OwnMessages::Counts{1, 1, 0})) << id;
}

INSTANTIATE_TEST_SUITE_P(Services, OutboxOverABadCable, ::testing::Bool(), [](const auto& info) {
  return info.param ? "WithMutationIds" : "WithoutMutationIds";
});

TEST_F(OutboxTest, WhatIsSaidOfflineIsSentWithTheNextConnection) {
  Service other(service_options());
  BadCable cable(other.start().value());
  auto wishes = options_for("alice");
  wishes.endpoint = Endpoint::service(cable.url());
  wishes.retry = {milliseconds(10), milliseconds(50)};
  Client alice(runtime, std::move(wishes));
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  const auto channel = get(alice.async_create_group_channel("lobby", use_future)).value();
  cable.pull();
  std::vector<std::future<Result<Message>>> sends;
  for (const char* text : {"one", "two", "three"})
    sends.push_back(channel.async_send_message(text, use_future));
  EXPECT_EQ(get(alice.async_flush(milliseconds(300), use_future)).error().code, Errc::timed_out);
  EXPECT_EQ(get(channel.async_outgoing_messages(use_future)).value().size(), 3u);
  cable.plug_in();
  ASSERT_TRUE(get(alice.async_flush(seconds(60), use_future)));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(std::move(sends[static_cast<std::size_t>(i)])).value().index, i);
}

TEST_F(OutboxTest, FilesAndTextsKeepTheirOrder) {
  Client alice(runtime, options_for("alice"));
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  const auto channel = get(alice.async_create_group_channel("mixed", use_future)).value();
  NewMessage file("a file");
  file.files.push_back(NewFile::from_bytes(std::string(1 << 20, 'x'), "x.bin"));
  auto first = channel.async_send_message(file, use_future);
  auto second = channel.async_send_message("a text", use_future);
  EXPECT_EQ(get(std::move(first)).value().index, 0);
  EXPECT_EQ(get(std::move(second)).value().index, 1);
}

TEST_F(OutboxTest, ARefusedMessageIsShownTriedAgainAndDiscarded) {
  Client alice(runtime, options_for("alice")), bob(runtime, options_for("bob"));
  for (auto* client : {&alice, &bob}) ASSERT_TRUE(get(client->async_connect(use_future)));
  const auto lobby = get(bob.async_create_group_channel("lobby", use_future)).value();
  const auto channel = get(alice.async_join_channel("lobby", use_future)).value();
  ASSERT_TRUE(get(lobby.async_remove_member("alice", use_future)));
  NewMessage message("too late");
  message.key = "late";
  EXPECT_EQ(get(channel.async_send_message(message, use_future)).error().code, Errc::forbidden);
  const auto outgoing = get(channel.async_outgoing_messages(use_future)).value();
  ASSERT_EQ(outgoing.size(), 1u);
  EXPECT_EQ(outgoing[0].local_id, "late");
  EXPECT_EQ(outgoing[0].state, OutgoingState::failed);
  EXPECT_EQ(outgoing[0].error->code, Errc::forbidden);
  EXPECT_EQ(get(channel.async_retry("late", use_future)).error().code, Errc::forbidden);
  ASSERT_TRUE(get(lobby.async_invite("alice", use_future)));
  EXPECT_EQ(get(channel.async_retry("late", use_future)).value().text, "too late");
  EXPECT_EQ(get(channel.async_discard("late", use_future)).error().code, Errc::not_found);
  EXPECT_TRUE(get(alice.async_flush(seconds(1), use_future)));
}

}  // namespace
}  // namespace parley
