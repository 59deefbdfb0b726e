#include "common/protocol/twilsock/server_machine.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"
#include "common/protocol/twilsock/frame.hpp"

namespace parley::twilsock {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Tokens of these tests read "identity:seconds of life".
Result<Principal> authenticate(std::string_view token, WallTime now) {
  const auto colon = token.find(':');
  if (colon == std::string_view::npos)
    return Error{
        .code = Errc::invalid_token, .message = "Invalid Access Token signature", .server_code = 20107};
  const int life = std::stoi(std::string(token.substr(colon + 1)));
  if (life <= 0)
    return Error{.code = Errc::token_expired, .message = "Access Token expired", .server_code = 20104};
  return Principal{std::string(token.substr(0, colon)), "AC1", "IS1", "", now + seconds(life)};
}

class TwilsockServerMachine : public ::testing::Test {
 protected:
  TwilsockServerMachine() { machine.on_open(now); }

  Inbound receive(Packet packet) { return machine.on_message(encode(packet, Writer::client), now, wall); }

  void init(const std::string& token, std::string continuation = "") {
    receive({"TMinit",
             Init{token,
                  std::move(continuation),
                  {},
                  {{"ip_messaging", "ers", 0, {"twilio.sync.event"}, ""}},
                  {"client_update", "telemetry.v1", "offline_storage"}},
             "", ""});
  }

  // Everything said since the last call, decoded; remembers whether the stream was to be closed.
  std::vector<Packet> said() {
    std::vector<Packet> packets;
    while (auto action = machine.next()) {
      if (auto* frame = std::get_if<SendFrame>(&*action)) packets.push_back(decode(*frame->frame).value());
      if (auto* close = std::get_if<CloseStream>(&*action)) closed = close->reason;
      if (auto* request = std::get_if<RequestReceived>(&*action)) requests.push_back(*request);
      if (std::holds_alternative<Ready>(*action)) ++readies;
      if (std::holds_alternative<Renewed>(*action)) ++renewals;
    }
    return packets;
  }

  void advance(Duration by) {
    const auto until = now + by;
    while (machine.next_deadline() && *machine.next_deadline() <= until) {
      step_to(*machine.next_deadline());
      machine.on_time(now);
    }
    step_to(until);
  }

  void step_to(TimePoint to) {
    wall += std::chrono::duration_cast<WallTime::duration>(to - now);
    now = to;
  }

  Status status_of(const Packet& packet) { return std::get<Reply>(packet.body).status; }

  TimePoint now{};
  WallTime wall{hours(24 * 365 * 50)};
  ServerSettings settings{.continuation_secret = "secret"};
  SeededRandom random{1};
  ServerMachine machine{settings, authenticate, random};
  std::optional<Error> closed;
  std::vector<RequestReceived> requests;
  int readies = 0;
  int renewals = 0;
};

TEST_F(TwilsockServerMachine, AcceptsInitAndConfirmsOnlyWhatItCan) {
  init("alice:3600");
  const auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(packets[0].id, "TMinit");
  const auto& reply = std::get<Reply>(packets[0].body);
  EXPECT_TRUE(reply.status.ok());
  ASSERT_TRUE(reply.init);
  EXPECT_EQ(reply.init->capabilities, std::vector<std::string>{"client_update"});
  EXPECT_TRUE(reply.init->reissued);
  EXPECT_EQ(reply.init->reissue_reason, "MISSING");
  ASSERT_EQ(reply.init->registrations.size(), 1u);
  EXPECT_EQ(reply.init->registrations[0].context_id.size(), 36u);
  EXPECT_EQ(machine.principal().identity, "alice");
  EXPECT_TRUE(machine.wants("twilio.sync.event"));
  EXPECT_FALSE(machine.wants("twilio.ipmsg.typing_indicator"));
  EXPECT_EQ(readies, 1);
}

TEST_F(TwilsockServerMachine, EchoesTheTypesThatItKnows) {
  const std::string header =
      R"({"id":"TM1","method":"init","token":"alice:60","registrations":[{"product":"p","type":"ers",)"
      R"("message_types":["com.twilio.rtd.cds.list","of.another.product","twilio.sync.event"]}]})";
  machine.on_message(join_frame(header, "", false), now, wall);
  const auto packets = said();
  const auto& reply = std::get<Reply>(packets.at(0).body);
  EXPECT_EQ(reply.init->registrations.at(0).message_types,
            (MessageTypes{"twilio.sync.event", "com.twilio.rtd.cds.list"}));
  EXPECT_FALSE(machine.wants("of.another.product"));
  EXPECT_FALSE(machine.wants(""));
}

TEST_F(TwilsockServerMachine, AStrangerMaySendWhatAnInitNeedsAndNoByteMore) {
  const auto padded = [](std::string_view method, std::size_t bytes) {
    std::string header = R"({"id":"TM1","method":")" + std::string(method) + R"(","token":"alice:60","x":")";
    header += std::string(bytes - header.size() - 2, 'x') + "\"}";
    return join_frame(header, "", false);
  };
  ServerMachine other(settings, authenticate, random);
  other.on_open(now);
  other.on_message(padded("init", limits::kInitHeaderBytes + 1), now, wall);
  EXPECT_TRUE(other.over());
  EXPECT_EQ(std::get<Close>(decode(*std::get<SendFrame>(*other.next()).frame)->body).status->error_code,
            51216);
  machine.on_message(padded("init", limits::kInitHeaderBytes), now, wall);
  ASSERT_TRUE(machine.ready());
  machine.on_message(padded("ping", limits::kPacketHeaderBytes), now, wall);
  EXPECT_TRUE(machine.ready()) << "whoever is known may send more";
}

TEST_F(TwilsockServerMachine, RefusesBadTokensWithTheirCodeAndEnds) {
  init("forged");
  const auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(status_of(packets[0]).code, 401);
  EXPECT_EQ(status_of(packets[0]).error_code, 20107);
  EXPECT_TRUE(closed);
  EXPECT_TRUE(machine.over());
}

TEST_F(TwilsockServerMachine, KeepsAValidContinuationTokenAndReplacesForeignOnes) {
  const auto continuation_of = [&](ServerMachine& other, const std::string& token,
                                   const std::string& continuation) {
    other.on_open(now);
    other.on_message(encode({"TM1", Init{token, continuation, {}, {}, {}}, "", ""}, Writer::client), now,
                     wall);
    const auto action = other.next();
    return *std::get<Reply>(decode(*std::get<SendFrame>(*action).frame)->body).init;
  };
  ServerMachine first(settings, authenticate, random), again(settings, authenticate, random),
      stolen(settings, authenticate, random), garbled(settings, authenticate, random);
  const auto issued = continuation_of(first, "alice:60", "").continuation_token;
  EXPECT_FALSE(continuation_of(again, "alice:60", issued).reissued);
  EXPECT_EQ(continuation_of(stolen, "bob:60", issued).reissue_reason, "DIFFERENT_IDENTITY");
  EXPECT_EQ(continuation_of(garbled, "alice:60", issued + "x").reissue_reason, "INVALID");
}

TEST_F(TwilsockServerMachine, RefusesAnythingBeforeInit) {
  receive({"TM9", Update{"alice:60"}, "", ""});
  const auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(status_of(packets[0]).code, 401);
  EXPECT_EQ(status_of(packets[0]).error_code, 51215);
  EXPECT_TRUE(closed);
}

TEST_F(TwilsockServerMachine, ClosesOnAnUnparsablePacketInEveryState) {
  machine.on_message("garbage", now, wall);
  auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(std::get<Close>(packets[0].body).status->code, 406);
  EXPECT_EQ(std::get<Close>(packets[0].body).status->error_code, 51216);
  machine.on_message("more", now, wall);
  EXPECT_TRUE(said().empty()) << "over: nothing is answered any more";
}

TEST_F(TwilsockServerMachine, DropsASocketThatNeverSaysInit) {
  advance(settings.init_timeout - milliseconds(1));
  said();
  EXPECT_FALSE(closed);
  advance(milliseconds(1));
  said();
  EXPECT_EQ(closed->code, Errc::timed_out);
}

TEST_F(TwilsockServerMachine, TunnelsRequestsAndAnswersThemByPacketId) {
  init("alice:3600");
  said();
  receive({"TM2", Message{"ip_messaging", "any", {"POST", "/x", {}, {}, ""}}, "text/plain", "body"});
  said();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].request.body, "body");
  EXPECT_EQ(http::find_header(requests[0].request.headers, "content-type"), "text/plain");
  machine.respond("TM2", {404, {{"twilio-request-id", "RQ1"}}, "{}"});
  const auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  const auto& reply = std::get<Reply>(packets[0].body);
  EXPECT_TRUE(reply.status.ok()) << "the transport worked";
  EXPECT_EQ(reply.http->status, 404);
  EXPECT_EQ(packets[0].payload, "{}");
}

TEST_F(TwilsockServerMachine, AnswersUnknownMethodsWith400AndGoesOn) {
  init("alice:3600");
  said();
  for (const char* method : {"dance", "client_update"}) {
    receive(
        {"TM3", method == std::string("dance") ? Body(Unknown{method}) : Body(ClientUpdate{"x"}), "", ""});
    const auto packets = said();
    ASSERT_EQ(packets.size(), 1u);
    EXPECT_EQ(status_of(packets[0]).code, 400);
  }
  receive({"TM5", Unknown{"telemetry.v1"}, "", ""});
  EXPECT_TRUE(said().empty()) << "telemetry wants no reply";
  EXPECT_FALSE(closed);
}

TEST_F(TwilsockServerMachine, NotifiesOfWhatTheContextsOfTheClientSay) {
  init("alice:3600");
  said();
  const auto status = [&](bool put, const std::string& id, const std::string& payload) {
    receive({"TM4", NotificationContext{put, id}, "", payload});
    return status_of(said().at(0));
  };
  const auto types = [](const std::string& names) { return R"({"message_types":[)" + names + "]}"; };
  EXPECT_FALSE(machine.wants("twilio.ipmsg.typing_indicator"));
  EXPECT_EQ(status(true, "a", types(R"("com.twilio.rtd.cds.document","x",7)")).code, 200);
  EXPECT_TRUE(machine.wants("com.twilio.rtd.cds.document"));
  EXPECT_EQ(status(true, "b", types(R"("twilio.ipmsg.typing_indicator")")).code, 200);
  EXPECT_TRUE(machine.wants("twilio.ipmsg.typing_indicator"));
  EXPECT_EQ(status(true, "a", types(R"("com.twilio.rtd.cds.map")")).code, 200)
      << "takes the first one's place";
  EXPECT_FALSE(machine.wants("com.twilio.rtd.cds.document"));
  EXPECT_EQ(status(false, "b", "").code, 200);
  EXPECT_FALSE(machine.wants("twilio.ipmsg.typing_indicator"));
  EXPECT_TRUE(machine.wants("com.twilio.rtd.cds.map"));
  EXPECT_EQ(status(false, "unknown", "").code, 200);

  EXPECT_EQ(status(true, "a", "{}").description, "message_types: expected an array");
  EXPECT_EQ(status(true, "a", "x").code, 400);
  EXPECT_EQ(status(true, "a", types("\"" + std::string(4096, 'x') + "\"")).description,
            "payload: at most 4096 bytes");
  EXPECT_EQ(status(true, std::string(65, 'x'), types("")).description, "notification_ctx_id: 1 to 64 bytes");
  EXPECT_EQ(status(true, std::string(64, 'x'), types("")).code, 200);
  EXPECT_TRUE(machine.wants("com.twilio.rtd.cds.map")) << "what is refused changes nothing";
  for (int i = 2; i < 16; ++i) EXPECT_EQ(status(true, std::to_string(i), types("")).code, 200);
  EXPECT_EQ(status(true, "one too many", types("")).description, "notification_ctx_id: at most 16 contexts");
  EXPECT_EQ(status(true, "a", types("")).code, 200) << "one of them may be put again";
  EXPECT_FALSE(closed);
}

TEST_F(TwilsockServerMachine, AnnouncesTheEndOfTheTokenAndThenCloses) {
  init("alice:3600");
  said();
  const auto notices = [&] {
    int count = 0;
    for (const auto& packet : said()) {
      if (std::holds_alternative<ClientUpdate>(packet.body)) ++count;
      if (std::holds_alternative<Ping>(packet.body)) receive(make_ack(packet.id));
    }
    return count;
  };
  const auto run = [&](Duration time) {
    int count = 0;
    for (const auto until = now + time; now < until;) {
      advance(seconds(10));
      count += notices();
    }
    return count;
  };
  EXPECT_EQ(run(seconds(3600 - 190)), 0);
  EXPECT_EQ(run(seconds(20)), 1);
  EXPECT_EQ(run(seconds(160)), 0);
  EXPECT_FALSE(closed);
  advance(seconds(11));
  const auto packets = said();
  ASSERT_FALSE(packets.empty());
  EXPECT_EQ(std::get<Close>(packets.back().body).status->code, 410);
  EXPECT_EQ(std::get<Close>(packets.back().body).status->error_code, 20104);
}

TEST_F(TwilsockServerMachine, AnnouncesTheEndOfAShortTokenAtHalfTime) {
  init("alice:10");
  said();
  advance(milliseconds(4999));
  EXPECT_TRUE(said().empty());
  advance(milliseconds(1));
  const auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(std::get<ClientUpdate>(packets[0].body).type, "token_about_to_expire");
}

TEST_F(TwilsockServerMachine, AnUpdateRenewsTheLifeForTheSameIdentityOnly) {
  init("alice:10");
  said();
  advance(seconds(4));
  receive({"TM6", Update{"alice:15"}, "", ""});
  EXPECT_EQ(status_of(said().at(0)).code, 200);
  EXPECT_EQ(renewals, 1);
  advance(seconds(14));
  said();
  EXPECT_FALSE(closed);
  receive({"TM7", Update{"bob:100"}, "", ""});
  EXPECT_EQ(status_of(said().back()).code, 403);
  EXPECT_EQ(renewals, 1);
  EXPECT_TRUE(closed);
}

TEST_F(TwilsockServerMachine, DropsAClientThatAnswersNoPings) {
  init("alice:3600");
  said();
  advance(settings.ping_interval * 2);
  EXPECT_EQ(said().size(), 2u);
  EXPECT_FALSE(closed);
  advance(settings.ping_interval);
  said();
  EXPECT_EQ(closed->code, Errc::timed_out);
}

TEST_F(TwilsockServerMachine, AnyPacketProvesThatTheClientLives) {
  init("alice:7200");
  for (int i = 0; i < 50; ++i) {
    advance(settings.ping_interval);
    for (const auto& packet : said())
      if (std::holds_alternative<Ping>(packet.body)) receive(make_ack(packet.id));
  }
  EXPECT_FALSE(closed);
}

TEST_F(TwilsockServerMachine, OffloadsWithABackoff) {
  init("alice:60");
  said();
  machine.close({308, "OFFLOAD", 0, "The service restarts"}, BackoffPolicy{100, 2000});
  const auto packets = said();
  EXPECT_EQ(std::get<Close>(packets.at(0).body).status->code, 308);
  EXPECT_EQ(decode_backoff(packets[0].payload)->reconnect_max_ms, 2000);
  machine.notify(std::make_shared<const std::string>("late"));
  machine.respond("TM1", {});
  EXPECT_TRUE(said().empty()) << "nothing after the end";
}

TEST_F(TwilsockServerMachine, SaysThatWhatTheSocketBroughtIsNoPacket) {
  init("alice:3600");
  said();
  machine.on_refused({.code = Errc::limit_exceeded, .message = "a message longer than the limit"});
  const auto packets = said();
  ASSERT_EQ(packets.size(), 1u);
  const auto& status = std::get<Close>(packets[0].body).status;
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 406);
  EXPECT_EQ(status->error_code, 51216);
  EXPECT_TRUE(closed);
  EXPECT_TRUE(machine.over());
}

TEST_F(TwilsockServerMachine, TakesAnAcknowledgementForASignOfLife) {
  init("alice:3600");
  said();
  for (int i = 0; i < 5; ++i) {
    advance(seconds(20));
    const auto packets = said();
    ASSERT_EQ(packets.size(), 1u);
    ASSERT_TRUE(std::holds_alternative<Ping>(packets[0].body));
    receive(make_ack(packets[0].id));
  }
  EXPECT_FALSE(closed);
}

TEST_F(TwilsockServerMachine, TellsWhatWasCalledForFromWhatWasNot) {
  init("alice:3600");
  said();
  const Packet acknowledgement = make_ack("TM1");
  const Packet refusal = make_ack("TM1", {400, "BAD_REQUEST", 0, "no"});
  EXPECT_EQ(receive(acknowledgement), Inbound::other) << "of nothing";
  const auto frame = encode_notification("twilio.sync.event", "{}", random);
  machine.notify(frame);
  machine.notify(frame);
  EXPECT_EQ(receive(acknowledgement), Inbound::owed);
  EXPECT_EQ(receive(refusal), Inbound::owed);
  EXPECT_EQ(receive(refusal), Inbound::other) << "both are acknowledged";
  advance(seconds(20));
  EXPECT_EQ(receive(acknowledgement), Inbound::owed) << "the ping's";
  EXPECT_EQ(receive({"TM2", Message{}, "", ""}), Inbound::request);
  EXPECT_EQ(receive({"TM3", Ping{}, "", ""}), Inbound::other);
  EXPECT_EQ(receive({"TM4", Unknown{"telemetry.v1"}, "", ""}), Inbound::other);
  said();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].packet_bytes, encode({"TM2", Message{}, "", ""}, Writer::client).size());
}

TEST_F(TwilsockServerMachine, RefusesAnAcknowledgementBeforeInit) {
  receive(make_ack("TM1"));
  said();
  EXPECT_TRUE(closed);
}

}  // namespace
}  // namespace parley::twilsock
