#include "chat_sdk/src/connection/connection.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"
#include "common/protocol/token/access_token.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

const token::ApiKey kKey{"AC00000000000000000000000000000001", "SK00000000000000000000000000000002",
                         "secret"};

/// A connection whose token source, socket, service and model the test plays.
class ConnectionTest : public ::testing::Test, public ConnectionObserver {
 protected:
  explicit ConnectionTest(ConnectionSettings settings = {}) : connection(std::move(settings), context) {
    connection.observe(*this);
  }

  void load(Done<void> done) override { loads.push_back(std::move(done)); }
  void on_sync(const sync::SubscriberAction&) override { ++syncs; }
  void on_ready() override { ready = true; }
  void on_disconnected() override { ready = false; }
  void on_given_up(const Error& reason, bool final) override {
    given_up.push_back(reason);
    given_up_finally = final;
  }

  void connect() {
    connection.connect([this](Result<void> outcome) { connected.push_back(std::move(outcome)); });
    drain();
  }
  void use() {
    connection.when_usable([this](Result<void> outcome) { usable.push_back(std::move(outcome)); });
  }
  std::string mint(std::chrono::seconds life = 1h) const {
    token::TokenSpec spec;
    spec.identity = "alice";
    spec.ttl = life;
    spec.grants = {token::ChatGrant{.service_sid = "IS00000000000000000000000000000003"}};
    return token::mint(kKey, spec, context.wall_now).value();
  }
  void give_token() {
    connection.on_token(fetch, mint());
    drain();
  }
  void open() {
    connection.on_open();
    drain();
  }
  /// The service's answer to the newest packet.
  void answer_init(twilsock::Status status = {}) {
    receive({sent.back().id, twilsock::Reply{status, std::nullopt, twilsock::InitReply{}}, "", ""});
  }
  void answer_request(int status, const std::string& body) {
    receive({sent.back().id, twilsock::Reply{{}, http::Response{status, {}, ""}, std::nullopt}, "", body});
  }
  void receive(const twilsock::Packet& packet) {
    connection.on_message(encode(packet, twilsock::Writer::server));
    drain();
  }
  void answer_configuration() {
    answer_request(200, R"({"identity":"alice","links":{"my_conversations":"https://c/M","conversations":)"
                        R"("https://c/C","users":"https://c/U","typing":"https://c/T"},"sync_objects":)"
                        R"({"my_user_info":"i","my_conversations":"m"}})");
  }
  void lose() {
    connection.on_closed({.code = Errc::connection_lost, .message = "cut"});
    drain();
  }
  void pass(Duration time) {
    context.now += time;
    context.wall_now += std::chrono::duration_cast<WallTime::duration>(time);
    connection.on_time();
    drain();
  }
  /// As far as the load, which the test completes.
  void reach_load() {
    connect();
    give_token();
    open();
    answer_init();
    answer_configuration();
    ASSERT_EQ(loads.size(), 1u);
  }
  void reach_ready() {
    reach_load();
    loads[0]({});
    drain();
    ASSERT_EQ(connected.size(), 1u);
    ASSERT_TRUE(connected[0]);
  }
  ConnectionState state() const { return connection.status().state; }
  /// A ready connection is lost, and so are `dials` attempts to make another one.
  void reach_waiting(int dials) {
    reach_ready();
    lose();
    for (int i = 0; i < dials; ++i) {
      pass(*connection.status().retry_in);
      lose();
    }
    ASSERT_EQ(state(), ConnectionState::waiting);
  }

  void drain() {
    while (auto action = connection.next()) {
      if (std::holds_alternative<twilsock::Open>(*action)) ++opens;
      if (std::holds_alternative<twilsock::DropStream>(*action)) ++drops;
      if (std::holds_alternative<twilsock::SendPing>(*action)) ++pings;
      if (const auto* bytes = std::get_if<twilsock::SendBytes>(&*action))
        sent.push_back(twilsock::decode(bytes->bytes).value());
      if (const auto* wanted = std::get_if<FetchToken>(&*action)) fetch = wanted->fetch_id, ++fetches;
    }
  }

  SeededRandom random{1};
  std::vector<Event> events;
  Context context{.wall_now = WallTime(std::chrono::hours(24 * 365 * 56)),
                  .random = random,
                  .emit = [this](Event event) { events.push_back(std::move(event)); }};
  Connection connection;
  std::vector<Done<void>> loads;
  std::vector<Error> given_up;
  std::vector<Result<void>> connected, usable;
  std::vector<twilsock::Packet> sent;
  std::uint64_t fetch = 0;
  int fetches = 0, opens = 0, drops = 0, pings = 0, syncs = 0;
  bool ready = false;
  bool given_up_finally = false;
};

TEST_F(ConnectionTest, ConnectingNamesATokenSourceThatDoesNotAnswer) {
  connect();
  pass(30s);
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_EQ(connected[0].error().code, Errc::timed_out);
  EXPECT_EQ(connected[0].error().message,
            "not connected within the time allowed; last: the token source did not answer within 30 s");
}

// offline

TEST_F(ConnectionTest, OfflineIsUsableForNobody) {
  use();
  ASSERT_EQ(usable.size(), 1u);
  EXPECT_EQ(usable[0].error().code, Errc::connection_lost);
  EXPECT_EQ(fetches, 0);
  EXPECT_FALSE(connection.next_deadline());
}

TEST_F(ConnectionTest, OfflineAsksForATokenWhenToldToConnect) {
  connect();
  EXPECT_EQ(state(), ConnectionState::connecting);
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(opens, 0) << "nothing to say yet";
}

TEST_F(ConnectionTest, TheLogSaysWhenATokenIsAskedForAndHowThatEnded) {
  std::vector<std::string> lines;
  context.log = [&lines](LogLevel level, std::string_view line) {
    EXPECT_EQ(level, LogLevel::debug);
    lines.emplace_back(line);
  };
  connect();
  context.now += 30ms;
  connection.on_token(fetch, Error{.code = Errc::unreachable, .message = "nobody", .server_text = "secret"});
  drain();
  EXPECT_EQ(lines, (std::vector<std::string>{"event=token_fetch state=started",
                                             "event=token_fetch state=failed ms=30 code=unreachable"}));
  pass(2s);
  context.now += 40ms;
  give_token();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[3], "event=token_fetch state=ended ms=40");
}

// connecting

TEST_F(ConnectionTest, ConnectingIsReadyWhenTheModelIsLoaded) {
  reach_load();
  EXPECT_EQ(state(), ConnectionState::connected);
  EXPECT_TRUE(connected.empty());
  use();
  EXPECT_TRUE(usable.empty());
  loads[0]({});
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_TRUE(connected[0]);
  ASSERT_EQ(usable.size(), 1u);
  EXPECT_TRUE(usable[0]);
  EXPECT_EQ(connection.urls().configuration().identity, "alice");
}

TEST_F(ConnectionTest, ConnectingWaitsAfterAFailedDial) {
  connect();
  give_token();
  EXPECT_EQ(opens, 1);
  lose();
  EXPECT_EQ(state(), ConnectionState::waiting);
  ASSERT_TRUE(connection.status().retry_in);
  EXPECT_LE(*connection.status().retry_in, 1200ms);
  pass(1200ms);
  EXPECT_EQ(opens, 2);
  EXPECT_EQ(state(), ConnectionState::connecting);
}

TEST_F(ConnectionTest, ConnectingEndsWithItsTimeAndTheLastReason) {
  connect();
  give_token();
  lose();
  context.now += 30s;
  connection.on_time();
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_EQ(connected[0].error().code, Errc::connection_lost);
  EXPECT_NE(connected[0].error().message.find("cut"), std::string::npos) << connected[0].error().message;
  EXPECT_EQ(state(), ConnectionState::offline);
  EXPECT_EQ(given_up.size(), 1u);
}

TEST_F(ConnectionTest, ConnectingIsDeniedByTheTokenSource) {
  connect();
  connection.on_token(fetch, Error{.code = Errc::denied, .message = "who are you"});
  drain();
  EXPECT_EQ(state(), ConnectionState::denied);
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_EQ(connected[0].error().message, "who are you");
}

TEST_F(ConnectionTest, ConnectingAsksAnUnreachableTokenSourceAgain) {
  connect();
  connection.on_token(fetch, Error{.code = Errc::unreachable, .message = "no way"});
  drain();
  EXPECT_EQ(state(), ConnectionState::connecting);
  EXPECT_EQ(connection.status().reason->message, "no way");
  pass(1s);
  EXPECT_EQ(fetches, 2);
}

TEST_F(ConnectionTest, ConnectingIsDeniedByTheService) {
  connect();
  give_token();
  open();
  answer_init({401, "UNAUTHORIZED", 20101, "bad token"});
  EXPECT_EQ(state(), ConnectionState::denied);
  EXPECT_EQ(given_up.size(), 1u);
}

TEST_F(ConnectionTest, ConnectingFailsWithAConfigurationThatCannotBeRead) {
  connect();
  give_token();
  open();
  answer_init();
  answer_request(200, "{}");
  EXPECT_EQ(state(), ConnectionState::offline);
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_FALSE(connected[0]);
}

TEST_F(ConnectionTest, ConnectingFailsWithTheLoad) {
  reach_load();
  loads[0](Error{.code = Errc::server_error, .message = "broken"});
  EXPECT_EQ(state(), ConnectionState::offline);
  EXPECT_EQ(connected.at(0).error().message, "broken");
}

TEST_F(ConnectionTest, ConnectingIgnoresTheLoadOfAConnectionThatWasGivenUp) {
  reach_load();
  connection.close();
  loads[0]({});
  EXPECT_EQ(state(), ConnectionState::offline);
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_EQ(connected[0].error().code, Errc::client_closed);
}

// connected

TEST_F(ConnectionTest, ConnectedConnectsAtOnce) {
  reach_ready();
  connect();
  EXPECT_EQ(connected.size(), 2u);
  EXPECT_EQ(opens, 1);
}

TEST_F(ConnectionTest, ConnectedLoadsOnlyOnce) {
  reach_load();
  EXPECT_FALSE(ready);
  loads[0]({});
  drain();
  EXPECT_TRUE(ready);
  lose();
  EXPECT_FALSE(ready);
  EXPECT_EQ(state(), ConnectionState::waiting);
  pass(1200ms);
  open();
  answer_init();
  EXPECT_EQ(state(), ConnectionState::connected);
  EXPECT_TRUE(ready);
  EXPECT_EQ(loads.size(), 1u);
}

TEST_F(ConnectionTest, ConnectedGoesOnWithTheOldTokenWhileTheSourceFails) {
  reach_ready();
  for (int i = 0; i < 2 * 58; ++i) {
    pass(30s);
    receive({"TM1", twilsock::Ping{}, "", ""});  // silence would be a lost connection
  }
  EXPECT_EQ(fetches, 2);
  connection.on_token(fetch, Error{.code = Errc::unreachable, .message = "no way"});
  drain();
  EXPECT_EQ(state(), ConnectionState::connected);
  EXPECT_TRUE(std::holds_alternative<TokenRefreshFailed>(events.back()));
}

TEST_F(ConnectionTest, ConnectedWithoutALoadEndsWithItsTime) {
  reach_load();
  pass(30s);
  EXPECT_EQ(state(), ConnectionState::offline);
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_FALSE(connected[0]);
}

TEST_F(ConnectionTest, ConnectedBringsSyncChangesToTheModel) {
  reach_ready();
  connection.service_access().subscriber.add("ES1", sync::ObjectType::list, 0);
  drain();
  sync::Event removed;
  removed.type = sync::ObjectType::list;
  removed.change = sync::Change::removed;
  removed.object_sid = "ES1";
  const std::string type(sync::live_message_type(removed.type));
  receive({"TM9", twilsock::Notification{type, ""}, "", sync::encode_live(removed)});
  EXPECT_EQ(syncs, 1);
}

TEST_F(ConnectionTest, GivingUpTellsTheModelFirst) {
  reach_ready();
  std::size_t told = 0;
  connection.service_access().timers.after(1h, [&](const Result<void>&) { told = given_up.size(); });
  connection.close();
  EXPECT_EQ(told, 1u) << "what fails afterwards must not be tried again";
}

// waiting

TEST_F(ConnectionTest, WaitingParksRequestsUntilTheNextConnection) {
  reach_ready();
  lose();
  std::vector<Result<http::Response>> replies;
  connection.service_access().rest.get("https://c/x", {},
                                       [&](Result<http::Response> reply) { replies.push_back(reply); });
  drain();
  pass(1200ms);
  open();
  answer_init();
  answer_request(200, "{}");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_TRUE(replies[0]);
}

// denied

TEST_F(ConnectionTest, DeniedTellsWhyAndConnectsAgainWhenTold) {
  connect();
  connection.on_token(fetch, Error{.code = Errc::denied, .message = "who are you"});
  drain();
  use();
  EXPECT_EQ(usable.at(0).error().message, "who are you");
  connect();
  EXPECT_EQ(state(), ConnectionState::connecting);
  EXPECT_EQ(fetches, 2);
}

TEST_F(ConnectionTest, WaitingEndsWhenSomebodyAsksToConnectWhoIsToldWhenItStands) {
  reach_waiting(8);
  pass(1s);
  const int before = opens;
  connect();
  EXPECT_EQ(opens, before + 1) << "asking hurries";
  EXPECT_EQ(connected.size(), 1u) << "not connected yet";
  use();
  EXPECT_EQ(usable.size(), 1u) << "operations wait by themselves";
  open();
  EXPECT_EQ(connected.size(), 1u);
  answer_init();
  ASSERT_EQ(connected.size(), 2u);
  EXPECT_TRUE(connected[1]);
}

TEST_F(ConnectionTest, WaitingGoesOnWhenTheTimeOfSomebodyWhoAskedIsUp) {
  reach_waiting(0);
  connect();
  for (int second = 0; second < 30; ++second) {
    if (state() == ConnectionState::connecting) lose();
    pass(1s);
  }
  ASSERT_EQ(connected.size(), 2u);
  EXPECT_EQ(connected[1].error().code, Errc::connection_lost);
  EXPECT_NE(connected[1].error().message.find("cut"), std::string::npos) << connected[1].error().message;
  EXPECT_FALSE(connection.status().terminal);
  EXPECT_TRUE(given_up.empty());
}

TEST_F(ConnectionTest, WaitingTriesAtOnceWhenTheNetworkChangedOrTheUserAsks) {
  reach_waiting(8);
  pass(1s);
  int before = opens;
  connection.network_changed();
  drain();
  EXPECT_EQ(opens, ++before);
  lose();
  pass(1s);
  if (state() == ConnectionState::connecting) lose();
  before = opens;
  context.now += 1s;
  connection.reconnect_now();
  drain();
  EXPECT_EQ(opens, ++before);
}

TEST_F(ConnectionTest, WaitingForATokenAsksTheSourceAgainWhenTheUserDoes) {
  connect();
  connection.on_token(fetch, Error{.code = Errc::unreachable, .message = "no way"});
  drain();
  EXPECT_EQ(connection.status().attempts, 1u);
  EXPECT_TRUE(connection.status().retry_in);
  context.now += 300ms;
  connection.reconnect_now();
  drain();
  EXPECT_EQ(fetches, 2);
}

// The token of needs_token: the source is being asked, and failing.
TEST_F(ConnectionTest, WaitingForATokenLeavesAClientThatIsLoadedAlone) {
  reach_ready();
  receive({"TM1", twilsock::Close{twilsock::Status{410, "TOKEN_EXPIRED", 20104, ""}}, "", ""});
  EXPECT_EQ(state(), ConnectionState::waiting);
  connect();
  pass(1s);
  connection.on_token(fetch, Error{.code = Errc::unreachable, .message = "no way"});
  drain();
  EXPECT_TRUE(given_up.empty());
  EXPECT_EQ(state(), ConnectionState::waiting);
  EXPECT_EQ(connection.status().reason->message, "no way");
}

// numbers

TEST_F(ConnectionTest, CountsConnectionsAndFailedAttempts) {
  EXPECT_TRUE(connection.status().terminal);
  EXPECT_EQ(connection.status().number, 0u);
  reach_ready();
  EXPECT_FALSE(connection.status().terminal);
  EXPECT_EQ(connection.status().number, 1u);
  EXPECT_EQ(connection.status().attempts, 0u);
  lose();
  EXPECT_EQ(connection.status().attempts, 0u) << "nothing was tried yet";
  for (std::uint64_t failed = 1; failed <= 5; ++failed) {
    context.now += 1s;
    failed % 2 == 0 ? connection.reconnect_now() : connection.network_changed();
    drain();
    EXPECT_EQ(state(), ConnectionState::connecting);
    lose();
    EXPECT_EQ(connection.status().attempts, failed) << "hurrying does not start the count anew";
    EXPECT_EQ(connection.status().number, 1u);
  }
  context.now += 1s;
  connection.reconnect_now();
  drain();
  open();
  answer_init();
  EXPECT_EQ(connection.status().number, 2u);
  EXPECT_EQ(connection.status().attempts, 0u);
  connection.close();
  EXPECT_TRUE(connection.status().terminal);
}

// signs of life

TEST_F(ConnectionTest, ConnectedPingsAndLeavesWhatDoesNotAnswer) {
  reach_ready();
  pass(10s);
  std::vector<Result<http::Response>> replies;
  connection.service_access().rest.get("https://c/x", {},
                                       [&](Result<http::Response> reply) { replies.push_back(reply); });
  drain();
  pass(2500ms);
  EXPECT_EQ(pings, 1);
  connection.on_input();
  pass(2500ms);
  EXPECT_EQ(pings, 2);
  pass(2500ms);
  EXPECT_EQ(state(), ConnectionState::waiting);
  EXPECT_EQ(connection.status().reason->code, Errc::timed_out);
  EXPECT_TRUE(replies.empty());
  pass(*connection.status().retry_in);
  open();
  answer_init();
  answer_request(200, "{}");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_TRUE(replies[0]);
}

TEST_F(ConnectionTest, ConnectedIsProbedAfterASleepAndAsksForANewToken) {
  reach_ready();
  connection.on_woken(9h);
  drain();
  EXPECT_EQ(pings, 1);
  EXPECT_EQ(fetches, 2);
  connection.on_input();
  pass(2500ms);
  EXPECT_EQ(state(), ConnectionState::connected);
}

TEST_F(ConnectionTest, ConnectedRefreshesItsTokenWhenTold) {
  reach_ready();
  connection.refresh_token();
  drain();
  EXPECT_EQ(fetches, 2);
  pass(1s);
  give_token();
  EXPECT_TRUE(std::holds_alternative<twilsock::Update>(sent.back().body));
}

// refused options

TEST_F(ConnectionTest, OptionsThatAreWrongAreRefusedUntilTheNextConnect) {
  const Error wrong{.code = Errc::invalid_argument, .message = "options.tokens: expected a token source"};
  connection.refuse(wrong);
  EXPECT_EQ(state(), ConnectionState::denied);
  EXPECT_TRUE(connection.status().terminal);
  EXPECT_EQ(connection.status().reason->message, wrong.message);
  use();
  EXPECT_EQ(usable.at(0).error().code, Errc::invalid_argument);
  EXPECT_FALSE(connection.next_deadline()) << "nothing is retried";
  connect();
  EXPECT_EQ(state(), ConnectionState::connecting);
  connection.refuse(wrong);
  EXPECT_EQ(state(), ConnectionState::connecting) << "it has begun";
}

// The files of TLS, say, which only the dial reads.
TEST_F(ConnectionTest, ConnectingEndsAtOnceWithAnOptionThatNoDialCanUse) {
  connect();
  give_token();
  connection.on_closed({.code = Errc::invalid_config, .message = "ca.pem: no certificate"});
  drain();
  EXPECT_EQ(state(), ConnectionState::denied);
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_EQ(connected[0].error().message, "ca.pem: no certificate");
  EXPECT_FALSE(given_up_finally) << "messages wait for better options";
}

TEST_F(ConnectionTest, WaitingGoesOnWithAnOptionThatWorkedBefore) {
  reach_ready();
  lose();
  pass(*connection.status().retry_in);
  connection.on_closed({.code = Errc::invalid_config, .message = "ca.pem: no certificate"});
  drain();
  EXPECT_EQ(state(), ConnectionState::waiting);
  EXPECT_TRUE(given_up.empty());
}

// keep_trying

class KeepTryingTest : public ConnectionTest {
 protected:
  KeepTryingTest() : ConnectionTest({.timeouts = {}, .retry = {.keep_trying = true}}) {}
};

TEST_F(KeepTryingTest, TellsWhoAskedAndGoesOn) {
  connect();
  give_token();
  for (int second = 0; second < 120; ++second) {
    if (state() == ConnectionState::connecting) lose();
    pass(1s);
  }
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_NE(connected[0].error().message.find("cut"), std::string::npos) << connected[0].error().message;
  EXPECT_TRUE(given_up.empty());
  EXPECT_FALSE(connection.status().terminal);
  context.now += 1s;
  connect();
  open();
  answer_init();
  answer_configuration();
  loads.at(0)({});
  drain();
  ASSERT_EQ(connected.size(), 2u);
  EXPECT_TRUE(connected[1]);
}

TEST_F(KeepTryingTest, LoadsAgainAfterALoadThatFailed) {
  reach_load();
  loads[0](Error{.code = Errc::server_error, .message = "broken"});
  drain();
  EXPECT_EQ(state(), ConnectionState::waiting);
  EXPECT_EQ(connection.status().reason->message, "broken");
  EXPECT_TRUE(connected.empty());
  pass(*connection.status().retry_in);
  open();
  answer_init();
  answer_configuration();
  ASSERT_EQ(loads.size(), 2u);
  loads[1]({});
  drain();
  ASSERT_EQ(connected.size(), 1u);
  EXPECT_TRUE(connected[0]);
}

TEST_F(KeepTryingTest, EndsAllTheSameAtWhatNoRetryHeals) {
  reach_load();
  loads[0](Error{.code = Errc::invalid_argument, .message = "cache: link parley::cache_sqlite"});
  EXPECT_EQ(state(), ConnectionState::offline);
  connect();
  connection.on_token(fetch, Error{.code = Errc::denied, .message = "who are you"});
  drain();
  EXPECT_EQ(state(), ConnectionState::denied);
}

// closed

TEST_F(ConnectionTest, ClosedIsFinal) {
  reach_ready();
  std::vector<Result<http::Response>> replies;
  connection.service_access().rest.get("https://c/x", {},
                                       [&](Result<http::Response> reply) { replies.push_back(reply); });
  connection.close();
  drain();
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::client_closed);
  EXPECT_TRUE(std::holds_alternative<twilsock::Close>(sent.back().body)) << "says goodbye";
  EXPECT_EQ(drops, 1);
  connect();
  EXPECT_EQ(connected.back().error().code, Errc::client_closed);
  EXPECT_FALSE(connection.next_deadline());
}

}  // namespace
}  // namespace parley::detail
