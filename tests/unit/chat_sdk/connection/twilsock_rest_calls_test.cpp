#include <gtest/gtest.h>

#include "chat_sdk/src/connection/twilsock_rest_calls.hpp"
#include "common/base/random.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

/// REST calls over a socket that is connected; the test plays the service.
class RestCallsTest : public ::testing::Test {
 protected:
  RestCallsTest() {
    machine.set_token("token", context.now);
    machine.connect(context.now);
    machine.on_open(context.now);
    drain();
    receive({sent.back().id, twilsock::Reply{{}, std::nullopt, twilsock::InitReply{}}, "", ""});
    sent.clear();
  }

  Done<http::Response> kept() {
    return [this](Result<http::Response> reply) { replies.push_back(std::move(reply)); };
  }
  const http::Request& request(std::size_t index) const {
    return std::get<twilsock::Message>(sent.at(index).body).request;
  }
  void answer(int status, const std::string& body = "{}") {
    receive({sent.back().id, twilsock::Reply{{}, http::Response{status, {}, ""}, std::nullopt}, "", body});
  }
  void receive(const twilsock::Packet& packet) {
    machine.on_message(encode(packet, twilsock::Writer::server), context.now);
    drain();
  }
  void drain() {
    do {
      while (auto action = machine.next()) {
        if (const auto* bytes = std::get_if<twilsock::SendBytes>(&*action))
          sent.push_back(twilsock::decode(bytes->bytes).value());
        if (auto* done = std::get_if<twilsock::RequestDone>(&*action))
          rest.on_done(done->id, std::move(done->outcome));
      }
    } while (rest.hand_over());
  }
  void pass(Duration time) {
    context.now += time;
    timers.on_time();
    rest.on_time();
    drain();
  }
  void answer_refused(std::optional<int> retry_after = 2) {
    http::Response refused{429, {}, ""};
    if (retry_after) refused.headers = {{"Retry-After", std::to_string(*retry_after)}};
    receive({sent.back().id, twilsock::Reply{{}, refused, std::nullopt}, "", R"({"code":20429})"});
  }
  void post(const std::string& url) {
    rest.send({.method = "POST", .url = url, .body = "{}"}, kept());
    drain();
  }

  SeededRandom random{1};
  Context context{.random = random, .emit = [](const Event&) {}};
  Timers timers{context};
  twilsock::ClientMachine machine{{}, random};
  TwilsockRestCalls rest{context, timers, machine, 30s};
  std::vector<twilsock::Packet> sent;
  std::vector<Result<http::Response>> replies;
};

TEST_F(RestCallsTest, TheLogHasALineForEachAnswerWithoutNames) {
  std::vector<std::string> lines;
  context.log = [&lines](LogLevel level, std::string_view line) {
    EXPECT_EQ(level, LogLevel::debug);
    lines.emplace_back(line);
  };
  rest.send({.method = "POST", .url = "https://host/v3/Users/alice", .params = {{"a", "b"}}, .body = "{}"},
            kept());
  pass(7ms);
  answer(503);
  pass(2s);
  answer_refused();
  pass(2s);
  context.now += 5ms;
  answer(202, R"({"resource_url":"https://host/v3/Users/bob/Conversations/general"})");
  answer(403, R"({"code":50400,"message":"alice may not"})");
  ASSERT_GE(lines.size(), 3u);
  EXPECT_EQ(lines[0].substr(0, lines[0].find(" wait_ms")),
            "event=retry method=POST path=/v3/Users/* status=503");
  EXPECT_EQ(lines[1], "event=throttled method=POST path=/v3/Users/* status=429 wait_ms=2000 queued=1");
  EXPECT_EQ(lines[2].substr(0, lines[2].find(" waited_ms")),
            "event=request method=POST path=/v3/Users/* status=202 ms=5");
  for (const auto& line : lines) {
    EXPECT_EQ(line.find("alice"), std::string::npos) << line;
    EXPECT_EQ(line.find("bob"), std::string::npos) << line;
    EXPECT_EQ(line.find("general"), std::string::npos) << line;
  }
  EXPECT_NE(lines.back().find("code="), std::string::npos) << lines.back();
  EXPECT_NE(lines.back().find("server_code=50400"), std::string::npos) << lines.back();
}

TEST_F(RestCallsTest, ACallThatIsNeverSentIsLoggedWithItsWait) {
  std::string written;
  context.log = [&written](LogLevel, std::string_view line) { written = line; };
  rest.get("https://host/v1/Blocks", {}, kept());
  context.now += 30s;
  rest.on_time();
  EXPECT_EQ(
      written,
      "event=request method=GET path=/v1/Blocks code=timed_out ms=0 waited_ms=30000 bytes_out=0 bytes_in=0");
}

TEST_F(RestCallsTest, AnAnswerThatIsNoSuccessIsAnError) {
  rest.get("https://host/x", {{"a", "b"}}, kept());
  drain();
  EXPECT_EQ(request(0).path, "/x");
  answer(404, R"({"status":404,"code":50350,"message":"not there"})");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::not_found);
  EXPECT_EQ(replies[0].error().server_code, 50350);
}

TEST_F(RestCallsTest, ABusyServiceIsAskedFourTimesWithGrowingWaits) {
  rest.get("https://host/x", {}, kept());
  drain();
  for (const auto least : {800ms, 1600ms, 3200ms}) {
    const auto before = sent.size();
    answer(503);
    pass(least - 1ms);
    EXPECT_EQ(sent.size(), before);
    pass(least / 2 + 1ms);
    EXPECT_EQ(sent.size(), before + 1);
  }
  answer(503);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().http_status, 503);
}

TEST_F(RestCallsTest, ARefusalHoldsEverythingUpAndFailsNothing) {
  post("https://host/1");
  answer_refused(2);
  post("https://host/2");
  EXPECT_EQ(sent.size(), 1u);
  EXPECT_TRUE(replies.empty());
  pass(1999ms);
  EXPECT_EQ(sent.size(), 1u);
  pass(1ms);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(request(1).path, "/1");
  EXPECT_EQ(http::find_header(request(0).headers, "X-Twilio-Mutation-Id"),
            http::find_header(request(1).headers, "X-Twilio-Mutation-Id"));
}

TEST_F(RestCallsTest, ARefusalThatLastsEndsWithTheCallsOwnTime) {
  post("https://host/1");
  answer_refused(60);
  pass(29s);
  EXPECT_TRUE(replies.empty());
  pass(1s);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::too_many_requests);
  EXPECT_EQ(replies[0].error().retry_after, 60s);
  pass(60s);
  EXPECT_EQ(sent.size(), 1u);
}

TEST_F(RestCallsTest, WhatNeverLeavesTheGateEndsInTime) {
  for (int i = 0; i < 65; ++i) post("https://host/x");
  EXPECT_EQ(sent.size(), 64u) << "the gate is full";
  pass(30s);
  machine.on_time(context.now);
  drain();
  ASSERT_EQ(replies.size(), 65u);
  EXPECT_EQ(replies[0].error().code, Errc::timed_out);
  EXPECT_EQ(replies[1].error().code, Errc::outcome_unknown) << "this one was sent";
}

TEST_F(RestCallsTest, WhatIsForThisConnectionOnlyIsNotSentOnTheNext) {
  for (int i = 0; i < 64; ++i) post("https://host/x");
  rest.post_once("https://host/once", "{}", kept());
  drain();
  EXPECT_EQ(sent.size(), 64u) << "the gate is full";
  rest.on_disconnected();
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::connection_lost);
}

TEST_F(RestCallsTest, ARefusedSubscriptionIsItsCallersBusinessButStillClosesTheGate) {
  rest.post_once("https://host/once", "{}", kept());
  drain();
  answer_refused(5);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().retry_after, 5s);
  post("https://host/1");
  EXPECT_EQ(sent.size(), 1u);
  pass(5s);
  EXPECT_EQ(sent.size(), 2u);
}

TEST_F(RestCallsTest, GivingUpEndsWhatWasNotSent) {
  for (int i = 0; i < 65; ++i) post("https://host/x");
  rest.fail_queued({.code = Errc::client_closed, .message = "closed"});
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::client_closed);
  answer(201);
  EXPECT_TRUE(replies.at(1)) << "what was sent has an answer of its own";
}

TEST_F(RestCallsTest, AMutationIdThatIsGivenIsKept) {
  rest.send({.method = "POST", .url = "https://host/x", .body = "{}", .mutation_id = "order-17"}, kept());
  drain();
  EXPECT_EQ(http::find_header(request(0).headers, "X-Twilio-Mutation-Id"), "order-17");
}

TEST_F(RestCallsTest, WhatIsNotRepeatableIsSentOnce) {
  rest.send({.method = "POST", .url = "https://host/x", .body = "{}", .repeatable = false}, kept());
  drain();
  answer(503);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().http_status, 503);
  rest.send({.method = "POST", .url = "https://host/x", .body = "{}", .repeatable = false}, kept());
  drain();
  machine.on_closed({.code = Errc::connection_lost, .message = "lost"}, context.now);
  drain();
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_EQ(replies[1].error().code, Errc::outcome_unknown);
}

TEST_F(RestCallsTest, AWriteIsRepeatedWithItsMutationId) {
  rest.post("https://host/x", "{}", kept());
  drain();
  answer(503);
  pass(1200ms);
  ASSERT_EQ(sent.size(), 2u);
  const auto id = http::find_header(request(0).headers, "X-Twilio-Mutation-Id");
  ASSERT_TRUE(id);
  EXPECT_EQ(http::find_header(request(1).headers, "X-Twilio-Mutation-Id"), id);
}

TEST_F(RestCallsTest, AnAcceptedWriteIsFollowedToItsResourceOnce) {
  rest.post("https://host/x", "{}", kept());
  drain();
  answer(202, R"({"resource_url":"https://host/made"})");
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(request(1).method, "GET");
  EXPECT_EQ(request(1).path, "/made");
  answer(202, R"({"resource_url":"https://host/made"})");
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::server_error) << "in a circle";
}

TEST_F(RestCallsTest, WhatWaitsForItsNextTryEndsWithTheTimers) {
  rest.get("https://host/x", {}, kept());
  drain();
  answer(503);
  timers.fail_all({.code = Errc::client_closed, .message = "closed"});
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].error().code, Errc::client_closed);
}

}  // namespace
}  // namespace parley::detail
