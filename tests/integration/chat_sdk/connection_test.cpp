#include <parley/parley.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "common/net/relay.hpp"
#include "common/protocol/token/access_token.hpp"
#include "tests/integration/chat_service/program_fixture.hpp"
#include "tests/support/service_fixture.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using Now = std::chrono::steady_clock;

template <class T>
Result<T> get(std::future<Result<T>> future) {
  if (future.wait_for(seconds(40)) != std::future_status::ready)
    return Error{.code = Errc::timed_out, .message = "the test lost patience"};
  return future.get();
}

/// All that a client told of its connection, in order.
class Statuses {
 public:
  explicit Statuses(Client& client) {
    events_ = client.on_event([this](const Event& event) {
      if (const auto* changed = std::get_if<ConnectionChanged>(&event)) add(changed->status);
      if (const auto* present = std::get_if<PresentState>(&event)) add(present->status);
    });
  }

  /// Waits for one that `fits`, among those since the last call too, and removes all up to it.
  std::optional<ConnectionStatus> await(const std::function<bool(const ConnectionStatus&)>& fits) {
    std::unique_lock lock(mutex_);
    std::optional<ConnectionStatus> found;
    changed_.wait_for(lock, seconds(40), [&] {
      const auto at = std::find_if(told_.begin(), told_.end(), fits);
      if (at == told_.end()) return false;
      found = *at;
      told_.erase(told_.begin(), at + 1);
      return true;
    });
    return found;
  }
  std::optional<ConnectionStatus> await(ConnectionState state) {
    return await([state](const ConnectionStatus& status) { return status.state == state; });
  }
  std::size_t count(ConnectionState state) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(told_.begin(), told_.end(), [&](const auto& one) { return one.state == state; }));
  }

 private:
  void add(const ConnectionStatus& status) {
    const std::lock_guard lock(mutex_);
    told_.push_back(status);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ConnectionStatus> told_;
  Subscription events_;
};

/// A service behind a cable that can be pulled.
class ConnectionTest : public testing::ServiceTest {
 protected:
  ConnectionTest() {
    const auto address = net::parse_url(service.url()).value();
    net::ListenAddress listening;
    on_cable([&] {
      cable_.emplace(cable_runtime_.executor(), net::ListenAddress{address.host, address.port});
      listening = cable_->start().value();
    });
    url_ = "ws://" + listening.to_string() + "/v3/wsconnect";
  }
  ~ConnectionTest() override {
    on_cable([this] { cable_.reset(); });
  }

  void on_cable(const std::function<void()>& act) {
    std::promise<void> done;
    boost::asio::post(cable_runtime_.executor(), [&] { act(), done.set_value(); });
    done.get_future().get();
  }
  void pull() {
    on_cable([this] { cable_->cut(); });
  }
  void plug_in() {
    on_cable([this] { cable_->mend(); });
  }
  ClientOptions options() const {
    ClientOptions options = options_for("alice");
    options.endpoint = Endpoint::service(url_);
    return options;
  }
  /// Whose own retries come after 5 s at the earliest.
  ClientOptions patient() const {
    ClientOptions options = this->options();
    options.retry = {.min = seconds(20), .max = seconds(20)};
    return options;
  }

  Runtime runtime;
  std::string url_;

 private:
  Runtime cable_runtime_;
  std::optional<net::Relay> cable_;
};

TEST_F(ConnectionTest, AskingToConnectHurriesAndCompletesWhenItStands) {
  Client client(runtime, patient());
  Statuses statuses(client);
  ASSERT_TRUE(get(client.async_connect(use_future)));
  pull();
  const auto lost = statuses.await(ConnectionState::waiting);
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->number, 1u);
  EXPECT_FALSE(lost->terminal);
  EXPECT_GE(lost->retry_in, seconds(4));
  plug_in();
  std::this_thread::sleep_for(milliseconds(300));  // an attempt each quarter of a second, at most
  const auto since = Now::now();
  ASSERT_TRUE(get(client.async_connect(use_future)));
  EXPECT_LT(Now::now() - since, seconds(4)) << "it waited for the back-off";
  EXPECT_EQ(client.status().state, ConnectionState::connected);
  EXPECT_EQ(client.status().number, 2u);
}

TEST_F(ConnectionTest, AHintOfTheApplicationHurries) {
  Client client(runtime, patient());
  Statuses statuses(client);
  ASSERT_TRUE(get(client.async_connect(use_future)));
  for (const bool asks : {true, false}) {
    pull();
    ASSERT_TRUE(statuses.await(ConnectionState::waiting));
    plug_in();
    std::this_thread::sleep_for(milliseconds(300));
    const auto since = Now::now();
    asks ? client.reconnect_now() : client.network_changed();
    ASSERT_TRUE(statuses.await(ConnectionState::connected));
    EXPECT_LT(Now::now() - since, seconds(4));
  }
}

TEST_F(ConnectionTest, AnApplicationThatHurriesInItsHandlerStormsNobody) {
  Client client(runtime, patient());
  Statuses statuses(client);
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto events = client.on_event([&](const Event& event) {
    if (!std::holds_alternative<ConnectionChanged>(event)) return;
    client.reconnect_now();
    client.network_changed();
    client.refresh_token_now();
  });
  pull();
  ASSERT_TRUE(statuses.await(ConnectionState::waiting));
  std::this_thread::sleep_for(seconds(2));
  EXPECT_LE(statuses.count(ConnectionState::connecting), 10u) << "four attempts a second";
  plug_in();
  ASSERT_TRUE(statuses.await(ConnectionState::connected));
}

TEST_F(ConnectionTest, AHintWhileConnectedDisturbsNothing) {
  Client client(runtime, options());
  Statuses statuses(client);
  ASSERT_TRUE(get(client.async_connect(use_future)));
  for (int i = 0; i < 20; ++i) {
    client.reconnect_now();
    client.network_changed();
    std::this_thread::sleep_for(milliseconds(10));
  }
  const auto channel = get(client.async_create_group_channel({"hinted"}, use_future));
  ASSERT_TRUE(channel) << channel.error().to_string();
  EXPECT_EQ(client.status().number, 1u);
  EXPECT_EQ(statuses.count(ConnectionState::waiting), 0u);
}

TEST_F(ConnectionTest, APlannedShutdownSaysSo) {
  Client client(runtime, options());
  Statuses statuses(client);
  ASSERT_TRUE(get(client.async_connect(use_future)));
  service.stop(seconds(1));
  const auto lost = statuses.await(ConnectionState::waiting);
  ASSERT_TRUE(lost && lost->reason);
  EXPECT_EQ(lost->reason->code, Errc::connection_lost);
  EXPECT_THAT(lost->reason->message, HasSubstr("asked to come back later"));
  EXPECT_EQ(lost->reason->http_status, 308);
}

TEST_F(ConnectionTest, KeepsTryingFromTheStartIfTold) {
  pull();
  ClientOptions options = this->options();
  options.timeouts.connect = milliseconds(300);
  options.retry = {.min = milliseconds(50), .max = milliseconds(200), .keep_trying = true};
  Client client(runtime, std::move(options));
  Statuses statuses(client);
  const auto first = get(client.async_connect(use_future));
  ASSERT_FALSE(first);
  EXPECT_THAT(first.error().message, HasSubstr("not connected within the time allowed; last: "));
  EXPECT_FALSE(client.status().terminal);
  EXPECT_GT(client.status().attempts, 0u);
  plug_in();
  ASSERT_TRUE(statuses.await(ConnectionState::connected));
  ASSERT_TRUE(get(client.async_connect(use_future)));
}

TEST_F(ConnectionTest, AWrongOptionIsRefusedAtOnceAndNamed) {
  ClientOptions wrong = options();
  wrong.endpoint = Endpoint::service("foo");
  Client client(runtime, std::move(wrong));
  const auto connected = get(client.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::invalid_argument);
  EXPECT_EQ(connected.error().message, "options.endpoint.url: expected a ws or wss URL, got 'foo'");
  const auto channel = get(client.async_create_group_channel({"nowhere"}, use_future));
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().message, connected.error().message);
  EXPECT_EQ(client.status().state, ConnectionState::denied);
  EXPECT_TRUE(client.status().terminal);
  EXPECT_EQ(client.status().reason->message, connected.error().message);
}

TEST_F(ConnectionTest, AnOperationBeforeAnyConnectNamesTheWrongOption) {
  ClientOptions wrong = options();
  wrong.tokens = {};
  Client client(runtime, std::move(wrong));
  const auto channel = get(client.async_create_group_channel({"nowhere"}, use_future));
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, Errc::invalid_argument);
  EXPECT_EQ(channel.error().message, "options.tokens: expected a token source, got none");
}

// What was right when it was looked at ends no client when it is gone.
TEST_F(ConnectionTest, AFileThatIsGoneEndsNoClientThatLives) {
  const testing::TemporaryFile files;
  ClientOptions options = this->options();
  options.retry = {.min = milliseconds(50), .max = milliseconds(200)};
  options.tls.ca_file = (files.directory() / "ca.pem").string();
  Client client(runtime, options);
  const auto refused = get(client.async_connect(use_future));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("options.tls.ca_file: expected a file"));
  std::ofstream(options.tls.ca_file) << "-----BEGIN CERTIFICATE-----\n";
  ASSERT_TRUE(get(client.async_connect(use_future))) << "it is there now";
  Statuses statuses(client);
  std::filesystem::remove(options.tls.ca_file);
  ASSERT_TRUE(get(client.async_connect(use_future)));
  pull();
  ASSERT_TRUE(statuses.await(ConnectionState::waiting));
  plug_in();
  ASSERT_TRUE(get(client.async_connect(use_future)));
  EXPECT_EQ(client.status().number, 2u);
}

/// The service as a process of its own, which can be stopped.
class StoppedServiceTest : public support::ChatProgram {
 protected:
  ClientOptions options(const net::Url& url) const {
    const auto& account = config_["account"];
    token::TokenSpec spec;
    spec.identity = "alice";
    spec.ttl = std::chrono::hours(1);
    spec.grants = {token::ChatGrant{.service_sid = account["chat_service_sid"]}};
    const token::ApiKey key{account["account_sid"], account["api_key_sid"], account["api_key_secret"]};
    ClientOptions options;
    options.endpoint =
        Endpoint::service("ws://" + url.host + ":" + std::to_string(url.port) + "/v3/wsconnect");
    options.tokens = fixed_token(token::mint(key, spec, system_clock().wall_now()).value());
    return options;
  }
  static std::vector<std::string> texts(const Channel& channel) {
    std::vector<std::string> texts;
    const auto page = get(channel.async_get_messages({.page_size = 100}, use_future));
    EXPECT_TRUE(page) << page.error().to_string();
    if (page)
      for (const auto& message : page->messages) texts.push_back(message.text);
    return texts;
  }

  Runtime runtime;
};

TEST_F(StoppedServiceTest, IsNoticedWithinFiveSecondsAndTheMessageIsThereOnce) {
  support::ChildProcess service(with_config());
  Client client(runtime, options(ready_url(service)));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  const auto channel = get(client.async_create_group_channel({"stopped"}, use_future)).value();
  ASSERT_TRUE(get(channel.async_send_message({"before"}, use_future)));
  Statuses statuses(client);
  service.signal(SIGSTOP);
  const auto since = Now::now();
  auto during = channel.async_send_message({"during"}, use_future);
  const auto lost = statuses.await(ConnectionState::waiting);
  const auto noticed_after = Now::now() - since;
  service.signal(SIGCONT);
  ASSERT_TRUE(lost && lost->reason);
  EXPECT_LE(noticed_after, seconds(10)) << "5 s, and a busy machine";
  EXPECT_EQ(lost->reason->code, Errc::timed_out);
  EXPECT_THAT(lost->reason->message, HasSubstr("not even a ping"));
  const auto sent = get(std::move(during));
  ASSERT_TRUE(sent) << sent.error().to_string();
  ASSERT_TRUE(get(channel.async_send_message({"after"}, use_future)));
  EXPECT_EQ(texts(channel), (std::vector<std::string>{"before", "during", "after"}));
}

}  // namespace
}  // namespace parley
