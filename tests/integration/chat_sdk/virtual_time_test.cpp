#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <parley/parley.hpp>
#include <parley/testing/manual_clock.hpp>
#include <parley/testing/seeded_random.hpp>

#include "chat_service/service.hpp"
#include "chat_service/testing/faulty_pipe.hpp"
#include "common/net/in_process.hpp"
#include "common/protocol/token/access_token.hpp"
#include "common/protocol/twilsock/packet.hpp"
#include "tests/support/virtual_loop.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using namespace std::chrono_literals;
using testing::Direction;
using ::testing::ElementsAre;
using testing::FaultyPipe;
using ::testing::SizeIs;

constexpr const char* kServiceSid = "IS00000000000000000000000000000003";
const WallTime kStart{std::chrono::hours(500'000)};

token::ApiKey key() {
  return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", "integration secret"};
}

Result<std::string> token_for(const std::string& identity, WallTime now, std::chrono::seconds life = 1h) {
  return token::mint(
      key(), {.identity = identity, .ttl = life, .grants = {token::ChatGrant{.service_sid = kServiceSid}}},
      now);
}

ServiceOptions service_options(const Clock& clock) {
  ServiceOptions options;
  options.tenants.push_back(
      {.account_sid = key().account_sid, .service_sid = kServiceSid, .keys = token::KeyRing(key())});
  options.media.min_free_bytes = 0;
  options.seams.clock = &clock;
  return options;
}

class VirtualTimeTest : public ::testing::Test {
 protected:
  VirtualTimeTest() : address_(service_.start().value()) {}

  testing::ManualClock time_{kStart};
  Service service_{service_options(time_)};
  const net::ListenAddress address_;
};

/// A client that answers pings, if it likes, and remembers when what came.
class VirtualWireTest : public VirtualTimeTest {
 protected:
  void init(const std::string& token) {
    stream_ = service_.in_process()->connect(loop_.executor()).value();
    stream_->start({.on_message = [this](std::string_view bytes) { take(twilsock::decode(bytes).value()); },
                    .on_closed = [this](const Error&) { ended_after_ = elapsed(); }});
    twilsock::Init init;
    init.token = token;
    init.capabilities = {"client_update"};
    send({"init", std::move(init), "", ""});
    time_.settle();
  }
  void send(const twilsock::Packet& packet) {
    stream_->send(std::make_shared<const std::string>(twilsock::encode(packet, twilsock::Writer::client)));
  }
  void take(const twilsock::Packet& packet) {
    if (std::holds_alternative<twilsock::Ping>(packet.body)) {
      pings_.push_back(elapsed());
      if (answers_) send(twilsock::make_ack(packet.id));
    } else if (const auto* update = std::get_if<twilsock::ClientUpdate>(&packet.body)) {
      updates_.emplace_back(update->type, elapsed());
      if (answers_) send(twilsock::make_ack(packet.id));
    } else if (const auto* close = std::get_if<twilsock::Close>(&packet.body)) {
      close_ = close->status;
    } else if (const auto* reply = std::get_if<twilsock::Reply>(&packet.body)) {
      init_ = reply->status;
    }
  }
  Duration elapsed() const { return time_.now() - start_; }

  const TimePoint start_ = time_.now();
  testing::VirtualLoop loop_{time_};
  std::unique_ptr<net::MessageStream> stream_;
  bool answers_ = true;
  twilsock::Status init_{0, "", 0, ""};
  std::vector<Duration> pings_;
  std::vector<std::pair<std::string, Duration>> updates_;
  std::optional<twilsock::Status> close_;
  std::optional<Duration> ended_after_;
};

TEST_F(VirtualWireTest, PingsComeEveryTwentySeconds) {
  init(token_for("alice", kStart).value());
  ASSERT_TRUE(init_.ok());
  time_.advance(10min);
  ASSERT_THAT(pings_, SizeIs(30));
  for (std::size_t i = 0; i < pings_.size(); ++i) EXPECT_EQ(pings_[i], 20s * (i + 1));
  EXPECT_FALSE(ended_after_);
}

TEST_F(VirtualWireTest, WhoDoesNotAnswerIsGivenUpAtTheThirdPing) {
  answers_ = false;
  init(token_for("alice", kStart).value());
  time_.advance(10min);
  EXPECT_THAT(pings_, ElementsAre(20s, 40s));
  EXPECT_EQ(ended_after_, 60s);
}

TEST_F(VirtualWireTest, ATokenEndsAfterItsHourWithItsCode) {
  init(token_for("alice", kStart).value());
  time_.advance(2h);
  EXPECT_THAT(updates_, ElementsAre(std::pair<std::string, Duration>("token_about_to_expire", 57min)));
  ASSERT_TRUE(close_);
  EXPECT_EQ(close_->code, 410);
  EXPECT_EQ(close_->error_code, 20104);
  EXPECT_EQ(ended_after_, 1h);
}

TEST_F(VirtualWireTest, TokensAreCheckedByTheCalendarOfTheTest) {
  init(token_for("alice", kStart - 2h).value());
  EXPECT_EQ(init_.code, 401);
  EXPECT_EQ(init_.error_code, 20104);
}

/// Real clients on the service's time.
class VirtualClientTest : public VirtualTimeTest {
 protected:
  ClientOptions options_for(const std::string& identity, std::shared_ptr<net::InProcessListener> listener,
                            const Clock& clock) {
    ClientOptions options;
    options.endpoint = Endpoint::stream(std::move(listener));
    options.seams.clock = &clock;
    options.tokens = [this, identity, &clock](auto, const TokenReply& reply) {
      ++tokens_;
      reply(token_for(identity, clock.wall_now()));
    };
    return options;
  }
  ClientOptions options_for(const std::string& identity) {
    return options_for(identity, service_.in_process(), time_);
  }

  int tokens_ = 0;  // on the runtime's thread, or while nobody works
  Runtime runtime_;
};

TEST_F(VirtualClientTest, AClientLivesThroughADayOfTokens) {
  Client alice(runtime_, options_for("alice"));
  int losses = 0;
  const auto events = alice.on_event([&](const Event& event) {
    const auto* changed = std::get_if<ConnectionChanged>(&event);
    if (changed && changed->status.state == ConnectionState::waiting) ++losses;
  });
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  time_.advance(24h);
  EXPECT_EQ(losses, 0);
  EXPECT_GE(tokens_, 25);  // one for each hour, a little before the last one ends
  EXPECT_LE(tokens_, 27);
}

TEST_F(VirtualClientTest, MessagesHaveTheDateOfTheTest) {
  Client alice(runtime_, options_for("alice"));
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  const auto lobby = time_.get(alice.async_create_group_channel("lobby", use_future)).value();
  time_.advance(36h);
  const auto sent = time_.get(lobby.async_send_message("hello", use_future)).value();
  EXPECT_EQ(sent.created_at, kStart + 36h);
}

// The same seed, the same names.
TEST_F(VirtualClientTest, ASeedMakesAServicesNamesRepeatable) {
  std::vector<std::string> sids;
  for (int i = 0; i < 2; ++i) {
    SeededRandom of_service(1), of_client(2);
    auto its_options = service_options(time_);
    its_options.seams.random = &of_service;
    Service service(std::move(its_options));
    service.start().value();
    auto options = options_for("alice", service.in_process(), time_);
    options.seams.random = &of_client;
    Client alice(runtime_, std::move(options));
    time_.set_wall(kStart);
    ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
    const auto lobby = time_.get(alice.async_create_group_channel("lobby", use_future)).value();
    sids.push_back(lobby.state()->sid);
    ASSERT_TRUE(time_.get(alice.async_close(use_future)));
    service.stop(1s);
  }
  EXPECT_EQ(sids[0], sids[1]);
}

TEST_F(VirtualClientTest, ASlowNetworkIsSlowInVirtualTime) {
  auto pipe = FaultyPipe::in_front_of(service_.in_process(), time_);
  Client alice(runtime_, options_for("alice", pipe.listener(), time_));
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  const auto lobby = time_.get(alice.async_create_group_channel("lobby", use_future)).value();
  pipe.delay(2s);
  const TimePoint before = time_.now();
  ASSERT_TRUE(time_.get(lobby.async_send_message("hello", use_future)));
  EXPECT_EQ(time_.now() - before, 4s);
}

// The request goes out, its answer does not come back: the message is there once, however it ends.
TEST_F(VirtualClientTest, AnAnswerThatIsCutOffCostsNothing) {
  auto pipe = FaultyPipe::in_front_of(service_.in_process(), time_);
  Client alice(runtime_, options_for("alice", pipe.listener(), time_));
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  const auto lobby = time_.get(alice.async_create_group_channel("lobby", use_future)).value();
  pipe.cut_after(Direction::to_client, 10);
  ASSERT_TRUE(time_.get(lobby.async_send_message("hello", use_future)));
  const auto page = time_.get(lobby.async_get_messages({}, use_future)).value();
  ASSERT_THAT(page.messages, SizeIs(1));
  EXPECT_EQ(page.messages[0].text, "hello");
}

// A half-dead connection is found out by silence.
TEST_F(VirtualClientTest, ADeadNetworkIsNoticedAndSurvived) {
  auto pipe = FaultyPipe::in_front_of(service_.in_process(), time_);
  Client alice(runtime_, options_for("alice", pipe.listener(), time_));
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  pipe.drop();
  EXPECT_TRUE(time_.advance_until([&] { return alice.status().state != ConnectionState::connected; }, 2min));
  pipe.heal();
  EXPECT_TRUE(time_.advance_until([&] { return alice.status().state == ConnectionState::connected; }, 5min));
}

TEST_F(VirtualClientTest, ARefusedClientComesBack) {
  auto pipe = FaultyPipe::in_front_of(service_.in_process(), time_);
  Client alice(runtime_, options_for("alice", pipe.listener(), time_));
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  pipe.refuse();
  pipe.cut_now();
  time_.advance(10min);
  EXPECT_EQ(alice.status().state, ConnectionState::waiting);
  pipe.heal();
  EXPECT_TRUE(time_.advance_until([&] { return alice.status().state == ConnectionState::connected; }, 5min));
}

TEST_F(VirtualClientTest, ALoopOfTheProgramIsRunWhileTimeWaits) {
  EventPump pump;
  time_.also_run([&] { return pump.poll(); });
  auto options = options_for("alice");
  options.callbacks = pump.executor();
  Client alice(runtime_, std::move(options));
  int refreshed = 0;
  const auto events =
      alice.on_event([&](const Event& event) { refreshed += std::holds_alternative<TokenRefreshed>(event); });
  bool connected = false;
  alice.async_connect([&](const Result<void>& outcome) { connected = outcome.has_value(); });
  ASSERT_TRUE(time_.advance_until([&] { return connected; }));
  refreshed = 0;
  time_.advance(2h);
  EXPECT_EQ(refreshed, 2);
}

// By TCP, too: what the kernel carries takes no virtual time.
TEST_F(VirtualClientTest, ARelayIsCutAndTheClientComesBack) {
  auto pipe = FaultyPipe::relay_to(address_, time_).value();
  auto options = options_for("alice");
  options.endpoint = Endpoint::service(pipe.url());
  Client alice(runtime_, std::move(options));
  ASSERT_TRUE(time_.get(alice.async_connect(use_future)));
  const auto lobby = time_.get(alice.async_create_group_channel("lobby", use_future)).value();
  pipe.cut_after(Direction::to_service, 100);
  EXPECT_TRUE(time_.get(lobby.async_send_message("hello", use_future)));
  pipe.delay(500ms);
  EXPECT_TRUE(time_.get(lobby.async_send_message("slowly", use_future)));
  const auto page = time_.get(lobby.async_get_messages({}, use_future)).value();
  EXPECT_THAT(page.messages, SizeIs(2));
}

}  // namespace
}  // namespace parley
