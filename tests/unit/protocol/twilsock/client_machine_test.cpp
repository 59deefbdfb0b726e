#include "common/protocol/twilsock/client_machine.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"

namespace parley::twilsock {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TwilsockClientMachine : public ::testing::Test {
 protected:
  // What the machine did since the last call.
  struct Done {
    int opens = 0, drops = 0, tokens_accepted = 0, pings = 0;
    std::vector<Packet> sent;
    std::vector<RequestDone> outcomes;
    std::vector<StateChanged> states;
    std::vector<TokenWanted> wanted;
    std::vector<NotificationReceived> notifications;
  };

  Done drain() {
    Done done;
    while (auto action = machine.next()) {
      if (std::holds_alternative<Open>(*action)) ++done.opens;
      if (std::holds_alternative<DropStream>(*action)) ++done.drops;
      if (std::holds_alternative<TokenAccepted>(*action)) ++done.tokens_accepted;
      if (std::holds_alternative<SendPing>(*action)) ++done.pings;
      if (auto* bytes = std::get_if<SendBytes>(&*action)) done.sent.push_back(decode(bytes->bytes).value());
      if (auto* outcome = std::get_if<RequestDone>(&*action)) done.outcomes.push_back(*outcome);
      if (auto* state = std::get_if<StateChanged>(&*action)) done.states.push_back(*state);
      if (auto* wanted = std::get_if<TokenWanted>(&*action)) done.wanted.push_back(*wanted);
      if (auto* notification = std::get_if<NotificationReceived>(&*action))
        done.notifications.push_back(*notification);
    }
    return done;
  }

  void receive(const Packet& packet) { machine.on_message(encode(packet, Writer::server), now); }
  void reply(const std::string& id, Status status = {}) { receive(make_ack(id, std::move(status))); }

  // Dials, opens, says init and is accepted.
  void establish() {
    machine.on_open(now);
    const auto sent = drain().sent;
    InitReply init;
    init.continuation_token = "continue";
    receive({sent.at(0).id, Reply{Status{}, std::nullopt, init}, "", ""});
  }

  void connect() {
    machine.set_token("token-1", now);
    machine.connect(now);
    drain();
    establish();
    drain();
    ASSERT_EQ(machine.state(), ClientState::connected);
  }

  OutgoingRequest get(bool repeatable) {
    return {"host", {"GET", "/x", {}, {}, ""}, seconds(30), repeatable};
  }

  void lose_connection() { machine.on_closed({.code = Errc::connection_lost, .message = "cut"}, now); }

  void wait_for_retry() {
    now = *machine.next_deadline();
    machine.on_time(now);
  }

  void pass(Duration time) {
    now += time;
    machine.on_time(now);
  }

  /// As far as waiting for a retry, after `failures` dials.
  void fail_dials(int failures) {
    machine.set_token("token-1", now);
    machine.connect(now);
    for (int i = 0; i < failures; ++i) {
      if (i > 0) wait_for_retry();
      lose_connection();
    }
    drain();
    ASSERT_EQ(machine.state(), ClientState::waiting);
  }

  TimePoint now{std::chrono::hours(1)};
  SeededRandom random{1};
  ClientMachine machine{ClientSettings{}, random};
};

TEST_F(TwilsockClientMachine, SaysInitFirstAndKeepsTheContinuationToken) {
  machine.set_token("token-1", now);
  machine.connect(now);
  EXPECT_EQ(drain().opens, 1);
  machine.on_open(now);
  const auto first = drain().sent;
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(std::get<Init>(first[0].body).token, "token-1");
  EXPECT_EQ(std::get<Init>(first[0].body).continuation_token, "");
  InitReply init;
  init.continuation_token = "continue";
  receive({first[0].id, Reply{Status{}, std::nullopt, init}, "", ""});
  EXPECT_EQ(machine.state(), ClientState::connected);
  lose_connection();
  wait_for_retry();
  drain();
  machine.on_open(now);
  EXPECT_EQ(std::get<Init>(drain().sent.at(0).body).continuation_token, "continue");
}

TEST_F(TwilsockClientMachine, ParksRequestsUntilConnected) {
  const auto id = machine.send(get(false), now);
  machine.set_token("t", now);
  machine.connect(now);
  drain();
  machine.on_open(now);
  const auto init = drain().sent;
  ASSERT_EQ(init.size(), 1u) << "only init before its reply";
  receive({init[0].id, Reply{Status{}, std::nullopt, InitReply{}}, "", ""});
  const auto sent = drain().sent;
  ASSERT_EQ(sent.size(), 1u);
  receive({sent[0].id, Reply{Status{}, http::Response{200, {}, ""}, std::nullopt}, "", "{}"});
  const auto outcomes = drain().outcomes;
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].id, id);
  EXPECT_EQ(outcomes[0].outcome->body, "{}");
}

TEST_F(TwilsockClientMachine, ALostConnectionDecidesByPhase) {
  connect();
  machine.send(get(false), now);
  machine.send(get(true), now);
  EXPECT_EQ(drain().sent.size(), 2u);
  lose_connection();
  const auto parked_later = machine.send(get(false), now);
  const auto lost = drain().outcomes;
  ASSERT_EQ(lost.size(), 1u) << "only the request that must not be repeated fails";
  EXPECT_EQ(lost[0].outcome.error().code, Errc::outcome_unknown);
  wait_for_retry();
  drain();
  establish();
  const auto sent = drain().sent;
  ASSERT_EQ(sent.size(), 2u) << "the repeatable one and the parked one, in order";
  receive({sent[1].id, Reply{Status{}, http::Response{204, {}, ""}, std::nullopt}, "", ""});
  EXPECT_EQ(drain().outcomes.at(0).id, parked_later);
}

TEST_F(TwilsockClientMachine, RequestsTimeOutByPhase) {
  connect();
  machine.send(get(true), now);
  drain();
  now += seconds(30);
  machine.on_time(now);
  EXPECT_EQ(drain().outcomes.at(0).outcome.error().code, Errc::outcome_unknown);
  lose_connection();
  machine.send(get(true), now);
  drain();
  now += seconds(30);
  machine.on_time(now);
  EXPECT_EQ(drain().outcomes.at(0).outcome.error().code, Errc::timed_out);
}

TEST_F(TwilsockClientMachine, NeverSaysNothingWasSentOfARequestThatLeft) {
  connect();
  machine.send(get(true), now);
  drain();
  lose_connection();
  now += seconds(30);
  machine.on_time(now);
  EXPECT_EQ(drain().outcomes.at(0).outcome.error().code, Errc::outcome_unknown);
}

TEST_F(TwilsockClientMachine, AReplyBeyondTheLimitIsNotAskedForAgain) {
  connect();
  machine.send(get(true), now);
  drain();
  machine.on_closed({.code = Errc::limit_exceeded, .message = "too large"}, now);
  EXPECT_EQ(drain().outcomes.at(0).outcome.error().code, Errc::limit_exceeded);
}

TEST_F(TwilsockClientMachine, ATokenThatCameDuringInitIsUsedAfterIt) {
  machine.set_token("token-1", now);
  machine.connect(now);
  drain();
  machine.on_open(now);
  const auto init = drain().sent;
  machine.set_token("token-2", now);
  EXPECT_TRUE(drain().sent.empty());
  receive({init.at(0).id, Reply{Status{}, std::nullopt, InitReply{}}, "", ""});
  const auto sent = drain().sent;
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(std::get<Update>(sent[0].body).token, "token-2");
}

TEST_F(TwilsockClientMachine, AServerThatWantsNoBackoffGetsOneAllTheSame) {
  connect();
  receive({"TM1", Close{Status{308, "OFFLOAD", 0, ""}}, "", encode_backoff({0, 0})});
  drain();
  EXPECT_GE(*machine.next_deadline() - now, seconds(1));
}

TEST_F(TwilsockClientMachine, ACancelledRequestIsNeverReportedNorSentLate) {
  const auto parked = machine.send(get(true), now);
  machine.cancel(parked);
  connect();
  const auto sent_id = machine.send(get(true), now);
  const auto sent = drain().sent;
  ASSERT_EQ(sent.size(), 1u);
  machine.cancel(sent_id);
  receive({sent[0].id, Reply{Status{}, http::Response{}, std::nullopt}, "", ""});
  EXPECT_TRUE(drain().outcomes.empty());
}

TEST_F(TwilsockClientMachine, RetriesWithGrowingDelaysUpToTheLimit) {
  machine.set_token("t", now);
  machine.connect(now);
  Duration longest{};
  for (int attempt = 0; attempt < 12; ++attempt) {
    drain();
    lose_connection();
    const Duration wait = *machine.next_deadline() - now;
    EXPECT_GE(wait, milliseconds(250)) << "a storm";
    EXPECT_LE(wait, std::min<Duration>(seconds(1) * (1 << attempt), seconds(30)));
    longest = std::max(longest, wait);
    wait_for_retry();
    EXPECT_EQ(machine.state(), ClientState::opening);
  }
  EXPECT_GE(longest, seconds(15)) << "it grows";
}

// What everybody does who lost the same service at the same moment.
TEST_F(TwilsockClientMachine, SpreadsRetriesOverTheWholeWait) {
  int early = 0, late = 0;
  for (int client = 0; client < 200; ++client) {
    ClientMachine one{ClientSettings{}, random};
    one.set_token("t", now);
    one.connect(now);
    TimePoint at = now;
    for (int failure = 0; failure < 6; ++failure) {
      one.on_closed({.code = Errc::unreachable, .message = "down"}, at);
      if (failure == 5) break;
      at = *one.next_deadline();
      one.on_time(at);
    }
    const Duration wait = *one.next_deadline() - at;
    early += wait < seconds(10) ? 1 : 0;
    late += wait > seconds(20) ? 1 : 0;
  }
  EXPECT_GT(early, 40);
  EXPECT_GT(late, 40);
}

TEST_F(TwilsockClientMachine, OnlyAConnectionThatLastsResetsTheBackoff) {
  connect();
  Duration longest{};
  for (int round = 0; round < 10; ++round) {
    lose_connection();
    longest = std::max(longest, *machine.next_deadline() - now);
    wait_for_retry();
    drain();
    establish();
    drain();
  }
  EXPECT_GT(longest, seconds(5));
  now += seconds(10);
  for (int round = 0; round < 5; ++round, now += seconds(10)) {
    lose_connection();
    EXPECT_LE(*machine.next_deadline() - now, seconds(1));
    wait_for_retry();
    drain();
    establish();
    drain();
  }
}

TEST_F(TwilsockClientMachine, HonoursTheServersBackoff) {
  connect();
  receive({"TM1", Close{Status{308, "OFFLOAD", 0, ""}}, "", encode_backoff({5000, 6000})});
  const auto done = drain();
  EXPECT_EQ(done.drops, 1);
  EXPECT_EQ(done.sent.size(), 1u) << "the close is acknowledged";
  const auto wait = *machine.next_deadline() - now;
  EXPECT_GE(wait, seconds(5));
  EXPECT_LE(wait, seconds(6));
}

struct Refusal {
  int status, error_code;
  ClientState state;
};

TEST_F(TwilsockClientMachine, RefusedTokensAreTerminalOrWantANewOne) {
  for (const Refusal& refusal :
       {Refusal{401, 20104, ClientState::needs_token}, Refusal{401, 51119, ClientState::needs_token},
        Refusal{401, 20107, ClientState::denied}, Refusal{403, 20106, ClientState::denied},
        Refusal{401, 0, ClientState::denied}, Refusal{429, 51202, ClientState::waiting},
        Refusal{500, 0, ClientState::waiting}}) {
    SCOPED_TRACE(refusal.error_code);
    machine.disconnect(now);
    drain();
    machine.set_token("t", now);
    machine.connect(now);
    drain();
    machine.on_open(now);
    const auto init = drain().sent;
    reply(init.at(0).id, {refusal.status, "NO", refusal.error_code, "because"});
    const auto done = drain();
    EXPECT_EQ(machine.state(), refusal.state);
    EXPECT_EQ(done.wanted.size(), refusal.state == ClientState::needs_token ? 1u : 0u);
    EXPECT_EQ(done.states.back().reason->server_text, "because");
  }
}

TEST_F(TwilsockClientMachine, ATokenGivenWhileDeniedStartsANewConnection) {
  connect();
  machine.send(get(true), now);
  drain();
  receive({"TM1", Close{Status{401, "UNAUTHORIZED", 20107, ""}}, "", ""});
  const auto denied = drain();
  EXPECT_EQ(machine.state(), ClientState::denied);
  ASSERT_EQ(denied.outcomes.size(), 1u) << "nothing that waits can succeed";
  EXPECT_EQ(denied.outcomes[0].outcome.error().code, Errc::outcome_unknown) << "it had been sent";
  machine.set_token("token-2", now);
  EXPECT_EQ(drain().opens, 1);
}

TEST_F(TwilsockClientMachine, RenewsTheTokenOnTheLiveConnection) {
  connect();
  receive({"TM1", ClientUpdate{"token_about_to_expire"}, "", ""});
  const auto wanted = drain().wanted;
  ASSERT_EQ(wanted.size(), 1u);
  EXPECT_FALSE(wanted[0].expired);
  machine.set_token("token-2", now);
  const auto sent = drain().sent;
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(std::get<Update>(sent[0].body).token, "token-2");
  reply(sent[0].id);
  const auto done = drain();
  EXPECT_EQ(done.tokens_accepted, 1);
  EXPECT_EQ(done.opens + done.drops, 0);
}

TEST_F(TwilsockClientMachine, WaitsForATokenAfterExpiry) {
  connect();
  receive({"TM1", Close{Status{410, "TOKEN_EXPIRED", 20104, ""}}, "", ""});
  EXPECT_EQ(drain().wanted.at(0).expired, true);
  EXPECT_EQ(machine.state(), ClientState::needs_token);
  EXPECT_FALSE(machine.next_deadline()) << "no retry without a token";
  machine.connect(now);
  EXPECT_EQ(drain().opens, 0);
  machine.set_token("token-2", now);
  EXPECT_EQ(drain().opens, 1);
}

TEST_F(TwilsockClientMachine, TreatsSilenceAsALostConnection) {
  connect();
  for (int i = 0; i < 20; ++i) {
    now += seconds(20);
    receive({"TMping", Ping{}, "", ""});
    machine.on_time(now);
  }
  EXPECT_EQ(machine.state(), ClientState::connected);
  pass(seconds(45));
  EXPECT_EQ(drain().pings, 1);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

TEST_F(TwilsockClientMachine, GivesUpAnInitWithoutReply) {
  machine.set_token("t", now);
  machine.connect(now);
  machine.on_open(now);
  drain();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(machine.state(), ClientState::initializing);
    pass(milliseconds(2500));
    machine.on_input(now);  // the answers to its pings
  }
  const auto done = drain();
  EXPECT_EQ(done.pings, 4);
  EXPECT_EQ(machine.state(), ClientState::waiting);
  EXPECT_NE(done.states.back().reason->message.find("log-in"), std::string::npos);
}

// Signs of life

TEST_F(TwilsockClientMachine, LeavesAnInitThatNothingAnswersAfterFiveSeconds) {
  machine.set_token("t", now);
  machine.connect(now);
  machine.on_open(now);
  pass(milliseconds(2500));
  EXPECT_EQ(drain().pings, 1);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

TEST_F(TwilsockClientMachine, LeavesAConnectionThatAnswersNothingWithinFiveSeconds) {
  connect();
  pass(seconds(10));
  machine.send(get(true), now);
  drain();
  pass(milliseconds(2500));
  EXPECT_EQ(drain().pings, 1);
  pass(milliseconds(2500));
  const auto done = drain();
  EXPECT_EQ(done.drops, 1);
  ASSERT_EQ(machine.state(), ClientState::waiting);
  EXPECT_EQ(done.states.back().reason->code, Errc::timed_out);
  EXPECT_NE(done.states.back().reason->message.find("not even a ping"), std::string::npos);
  EXPECT_TRUE(done.outcomes.empty()) << "it is sent again on the next one";
  wait_for_retry();
  drain();
  establish();
  EXPECT_EQ(drain().sent.size(), 1u);
}

TEST_F(TwilsockClientMachine, StaysWithAServiceThatIsOnlySlow) {
  connect();
  machine.send({"host", {"GET", "/x", {}, {}, ""}, seconds(120), true}, now);
  drain();
  for (int i = 0; i < 40; ++i) {
    pass(milliseconds(2500));
    EXPECT_EQ(drain().pings, 1);
    machine.on_input(now);
  }
  EXPECT_EQ(machine.state(), ClientState::connected);
}

TEST_F(TwilsockClientMachine, AsksNoMorePingsOnceTheAnswerCame) {
  connect();
  machine.send(get(true), now);
  const auto sent = drain().sent;
  pass(seconds(1));
  receive({sent.at(0).id, Reply{Status{}, http::Response{200, {}, ""}, std::nullopt}, "", "{}"});
  for (int i = 0; i < 4; ++i) pass(seconds(10));
  EXPECT_EQ(drain().pings, 0);
  EXPECT_EQ(machine.state(), ClientState::connected);
  EXPECT_EQ(*machine.next_deadline() - now, seconds(5)) << "45 s of silence";
}

TEST_F(TwilsockClientMachine, BringsANewTokenThatIsNeverAcknowledgedByTheNextLogin) {
  connect();
  machine.set_token("token-2", now);
  drain();
  for (int i = 0; i < 9; ++i) {
    pass(seconds(1));
    machine.on_input(now);  // it answers pings
  }
  EXPECT_EQ(drain().drops, 0);
  pass(seconds(1));
  EXPECT_EQ(drain().drops, 1);
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

TEST_F(TwilsockClientMachine, GivesALongRequestTimeToLeave) {
  connect();
  OutgoingRequest request = get(true);
  request.request.body = std::string(40 * 1024, 'x');
  machine.send(std::move(request), now);
  EXPECT_GE(*machine.next_deadline() - now, milliseconds(6500)) << "8 KiB a second beyond the first";
  EXPECT_LE(*machine.next_deadline() - now, milliseconds(6800));
}

TEST_F(TwilsockClientMachine, ProbesForANewTokenThatIsNotAcknowledged) {
  connect();
  machine.set_token("token-2", now);
  const auto sent = drain().sent;
  pass(milliseconds(2500));
  EXPECT_EQ(drain().pings, 1);
  reply(sent.at(0).id);
  EXPECT_EQ(*machine.next_deadline() - now, seconds(45));
}

TEST_F(TwilsockClientMachine, ProbesAfterARequestThatTimedOut) {
  connect();
  machine.send({"host", {"GET", "/x", {}, {}, ""}, seconds(1), true}, now);
  drain();
  pass(seconds(1));
  const auto done = drain();
  EXPECT_EQ(done.outcomes.size(), 1u);
  EXPECT_EQ(done.pings, 1);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

// Doubts

TEST_F(TwilsockClientMachine, ADoubtProbesAConnection) {
  connect();
  machine.doubt(now);
  machine.doubt(now);
  EXPECT_EQ(drain().pings, 1);
  machine.on_input(now);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::connected);
  machine.doubt(now);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

TEST_F(TwilsockClientMachine, ADoubtWhileWaitingTriesAtOnceAndTheBackoffGoesOn) {
  fail_dials(6);
  now += seconds(1);
  machine.doubt(now);
  EXPECT_EQ(drain().opens, 1);
  Duration longest{};
  for (int i = 0; i < 10; ++i) {
    lose_connection();
    longest = std::max(longest, *machine.next_deadline() - now);
    now += seconds(1);
    machine.doubt(now);
  }
  EXPECT_GT(longest, seconds(10));
}

TEST_F(TwilsockClientMachine, ReconnectingNowResetsTheBackoff) {
  fail_dials(6);
  now += seconds(1);
  machine.reconnect_now(now);
  EXPECT_EQ(drain().opens, 1);
  lose_connection();
  EXPECT_LE(*machine.next_deadline() - now, seconds(1));
}

TEST_F(TwilsockClientMachine, NobodyGetsMoreThanFourAttemptsASecond) {
  fail_dials(1);
  int opens = 0;
  for (int i = 0; i < 1000; ++i, now += milliseconds(1)) {
    machine.reconnect_now(now);
    machine.on_time(now);
    const int opened = drain().opens;
    opens += opened;
    if (opened > 0) lose_connection();
  }
  EXPECT_GE(opens, 3);
  EXPECT_LE(opens, 4);
}

TEST_F(TwilsockClientMachine, TellsWhenAHurriedAttemptComes) {
  fail_dials(8);
  now += milliseconds(100);
  machine.reconnect_now(now);
  const auto states = drain().states;
  ASSERT_EQ(states.size(), 1u);
  EXPECT_EQ(states[0].state, ClientState::waiting);
  EXPECT_EQ(*states[0].retry_at - now, milliseconds(150));
  EXPECT_EQ(states[0].reason->message, "cut");
}

TEST_F(TwilsockClientMachine, ADialThatHangsBeginsAnew) {
  machine.set_token("t", now);
  machine.connect(now);
  drain();
  now += seconds(1);
  machine.reconnect_now(now);
  EXPECT_EQ(drain().opens, 0) << "it has only just begun";
  now += seconds(2);
  machine.reconnect_now(now);
  const auto done = drain();
  EXPECT_EQ(done.drops, 1);
  EXPECT_EQ(done.opens, 1);
  establish();
  EXPECT_EQ(machine.state(), ClientState::connected);
}

TEST_F(TwilsockClientMachine, ASleepIsNobodysSilence) {
  connect();
  machine.send({"host", {"GET", "/x", {}, {}, ""}, std::chrono::hours(10), true}, now);
  drain();
  now += std::chrono::hours(9);
  machine.on_woken(now);
  machine.on_time(now);
  EXPECT_EQ(drain().pings, 1);
  EXPECT_EQ(machine.state(), ClientState::connected);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

TEST_F(TwilsockClientMachine, AnAttemptFromBeforeASleepBeginsAnew) {
  machine.set_token("t", now);
  machine.connect(now);
  drain();
  now += std::chrono::hours(9);
  machine.on_woken(now);
  machine.on_time(now);
  EXPECT_FALSE(machine.next()) << "the socket may open right now";
  pass(milliseconds(2500));
  const auto done = drain();
  EXPECT_EQ(done.drops, 1);
  EXPECT_EQ(done.opens, 1);
  machine.on_woken(now);
  establish();
  EXPECT_EQ(machine.state(), ClientState::connected) << "what showed the sleep was what was waited for";
  EXPECT_EQ(*machine.next_deadline() - now, seconds(45));
}

TEST_F(TwilsockClientMachine, ALogInFromBeforeASleepIsProbed) {
  machine.set_token("t", now);
  machine.connect(now);
  machine.on_open(now);
  drain();
  now += std::chrono::hours(9);
  machine.on_woken(now);
  machine.on_time(now);
  EXPECT_EQ(drain().pings, 1);
  EXPECT_EQ(machine.state(), ClientState::initializing);
  pass(milliseconds(2500));
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

TEST_F(TwilsockClientMachine, DoubtsNothingWhereNobodyConnects) {
  machine.doubt(now);
  machine.reconnect_now(now);
  machine.on_woken(now);
  machine.abandon({.code = Errc::server_error, .message = "broken"}, now);
  EXPECT_FALSE(machine.next());
  connect();
  receive({"TM1", Close{Status{410, "TOKEN_EXPIRED", 20104, ""}}, "", ""});
  drain();
  machine.reconnect_now(now);
  machine.on_woken(now);
  EXPECT_FALSE(machine.next()) << "a token is missing";
}

TEST_F(TwilsockClientMachine, AbandonsAConnectionForAReason) {
  connect();
  machine.abandon({.code = Errc::server_error, .message = "broken"}, now);
  const auto done = drain();
  EXPECT_EQ(done.drops, 1);
  EXPECT_EQ(done.states.back().reason->message, "broken");
  EXPECT_EQ(machine.state(), ClientState::waiting);
}

// A planned end

TEST_F(TwilsockClientMachine, SaysThatTheServiceAskedToComeBack) {
  for (const auto& status :
       {std::optional(Status{308, "OFFLOAD", 51004, "going down"}), std::optional<Status>()}) {
    connect();
    machine.send(get(true), now);
    drain();
    receive({"TM1", Close{status}, "", ""});
    const auto done = drain();
    ASSERT_EQ(machine.state(), ClientState::waiting);
    const Error& reason = *done.states.back().reason;
    EXPECT_EQ(reason.code, Errc::connection_lost);
    EXPECT_NE(reason.message.find("come back later"), std::string::npos);
    EXPECT_EQ(reason.http_status, 308);
    EXPECT_EQ(reason.server_code, status ? 51004 : 0);
    EXPECT_EQ(reason.server_text, status ? "going down" : "");
    EXPECT_TRUE(done.outcomes.empty()) << "what was sent is sent again";
    machine.disconnect(now);
    drain();
  }
}

TEST_F(TwilsockClientMachine, AnUnreadablePacketEndsTheConnectionAndIsRetried) {
  connect();
  machine.on_message("garbage", now);
  const auto done = drain();
  EXPECT_EQ(done.drops, 1);
  EXPECT_EQ(machine.state(), ClientState::waiting);
  EXPECT_EQ(done.states.back().reason->code, Errc::protocol_error);
}

TEST_F(TwilsockClientMachine, AcknowledgesEverythingButReplies) {
  connect();
  receive({"TMn", Notification{"twilio.sync.event", ""}, "", "{}"});
  const auto done = drain();
  ASSERT_EQ(done.sent.size(), 1u);
  EXPECT_EQ(done.sent[0].id, "TMn");
  EXPECT_EQ(done.notifications.at(0).payload, "{}");
  reply("TMunknown");
  EXPECT_TRUE(drain().sent.empty());
}

TEST_F(TwilsockClientMachine, IgnoresEventsThatItsStateDoesNotList) {
  machine.on_open(now);
  machine.on_message("x", now);
  lose_connection();
  machine.on_time(now + seconds(1000));
  EXPECT_EQ(machine.state(), ClientState::idle);
  EXPECT_TRUE(drain().states.empty());
  connect();
  machine.connect(now);
  machine.on_open(now);
  const auto done = drain();
  EXPECT_EQ(done.opens, 0);
  EXPECT_TRUE(done.sent.empty());
}

TEST_F(TwilsockClientMachine, DisconnectSaysGoodbyeAndFailsWhatIsPending) {
  connect();
  machine.send(get(true), now);
  drain();
  machine.disconnect(now);
  const auto done = drain();
  EXPECT_TRUE(std::holds_alternative<Close>(done.sent.at(0).body));
  EXPECT_EQ(done.drops, 1);
  EXPECT_EQ(done.outcomes.at(0).outcome.error().code, Errc::cancelled);
  EXPECT_FALSE(machine.next_deadline());
}

}  // namespace
}  // namespace parley::twilsock
