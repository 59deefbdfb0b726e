#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/net/body_fixture.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/tls_client.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kMegabyte = 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

class HttpUploadTest : public BodyFixture {};

TEST_F(HttpUploadTest, ALongBodyComesInSmallPieces) {
  start({.max_body_bytes = 10});
  const auto body = PatternSource::make(0, 5 * kMegabyte);
  RawClient client(loop_, address_);
  std::thread sender([&] { client.send(upload("/stream", body)); });
  EXPECT_TRUE(loop_.run_until([&] { return client.count("stored 5242880") == 1; }));
  sender.join();
  EXPECT_EQ(log_.bytes, body);
  EXPECT_GT(log_.pieces, 5 * kMegabyte / (16 * 1024));
  EXPECT_LE(log_.largest, 16u * 1024);
  EXPECT_THAT(lengths_, testing::ElementsAre(5 * kMegabyte));
  EXPECT_EQ(log_.sinks, 0);
  EXPECT_FALSE(client.ended());
}

TEST_F(HttpUploadTest, TheConnectionServesTheNextRequest) {
  start();
  RawClient client(loop_, address_);
  client.send(upload("/stream", "abc") + upload("/other", "x") + upload("/stream", "de"));
  ASSERT_TRUE(loop_.run_until([&] { return client.count("HTTP/1.1 201 Created") == 2; }));
  EXPECT_THAT(client.received(), HasSubstr("stored 3"));
  EXPECT_THAT(client.received(), HasSubstr("POST /other [x]"));
  EXPECT_EQ(log_.bytes, "abcde");
  EXPECT_EQ(log_.finished, 2);
}

TEST_F(HttpUploadTest, ARequestWithoutABodyGoesToTheHandler) {
  start();
  RawClient client(loop_, address_);
  client.send(upload("/stream", ""));
  ASSERT_TRUE(loop_.run_until([&] { return client.count("POST /stream []") == 1; }));
  EXPECT_TRUE(lengths_.empty());
}

TEST_F(HttpUploadTest, ChunksAreJoined) {
  start();
  RawClient client(loop_, address_);
  client.send("POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  ASSERT_TRUE(loop_.run_until([&] { return log_.bytes == "ab"; }));
  client.send("c\r\n2;x=y\r\nde\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("HTTP/1.1 200 OK") == 1; }));
  EXPECT_THAT(client.received(), HasSubstr("stored 5"));
  EXPECT_EQ(log_.bytes, "abcde");
  EXPECT_THAT(lengths_, testing::ElementsAre(std::nullopt));
}

TEST_F(HttpUploadTest, CollectedBodiesKeepTheirLimit) {
  start({.max_body_bytes = 4});
  EXPECT_THAT(talk_to_end(upload("/other", "12345")), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(talk_to_end("POST /other HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(talk_to_end(upload("/other", "1234", "Connection: close\r\n")), EndsWith("POST /other [1234]"));
}

TEST_F(HttpUploadTest, InvitesAClientThatWaitsOnceTheBodyIsWelcome) {
  start();
  for (const char* path : {"/stream", "/other"}) {
    SCOPED_TRACE(path);
    RawClient client(loop_, address_);
    const auto request = upload(path, "abc", "Expect: 100-continue\r\n");
    client.send(request.substr(0, request.size() - 3));
    ASSERT_TRUE(loop_.run_until([&] { return client.received() == kContinue; }));
    client.send("abc");
    ASSERT_TRUE(loop_.run_until([&] { return client.count("HTTP/1.1 20") == 1; }));
  }
  EXPECT_EQ(log_.bytes, "abc");
}

TEST_F(HttpUploadTest, RefusesBeforeTheBodyIsSent) {
  start();
  const auto request = upload("/refused", "abc", "Expect: 100-continue\r\n");
  const auto answer = talk_to_end(request.substr(0, request.size() - 3));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("not you"));
}

TEST_F(HttpUploadTest, ASinkThatRefusesEndsTheUploadAndTheClientGetsTheAnswer) {
  start();
  log_.refuse_after = 100'000;
  const auto body = PatternSource::make(0, 4 * kMegabyte);
  RawClient client(loop_, address_);
  std::atomic<bool> sent = false;
  std::thread sender([&] {
    client.send(upload("/stream", body));
    sent = true;
  });
  // The rest of the upload is taken and thrown away for as long as the loop runs.
  EXPECT_TRUE(loop_.run_until([&] { return client.ended() && sent; }));
  sender.join();
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(client.received(), EndsWith("not this"));
  EXPECT_LT(log_.bytes.size(), 120'000u);
  EXPECT_EQ(log_.finished, 0);
  EXPECT_EQ(log_.sinks, 0);
}

TEST_F(HttpUploadTest, WhatThrowsIsAnsweredWith500) {
  start();
  log_.throw_after = 1;
  for (const char* path : {"/stream", "/throws"}) {
    const auto answer = talk_to_end(upload(path, "abc"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 ")) << path;
    EXPECT_THAT(answer, testing::Not(HasSubstr("secret")));
  }
  EXPECT_EQ(log_.sinks, 0);
}

TEST_F(HttpUploadTest, NothingIsReadWhileTheSinkIsBusy) {
  start();
  int inside = 0;
  log_.on_write = [&] {
    EXPECT_EQ(++inside, 1);
    loop_.settle();
    --inside;
  };
  const auto body = PatternSource::make(0, kMegabyte);
  RawClient client(loop_, address_);
  std::thread sender([&] { client.send(upload("/stream", body)); });
  EXPECT_TRUE(loop_.run_until([&] { return client.count("stored") == 1; }));
  sender.join();
  EXPECT_EQ(log_.bytes, body);
}

/// A sink that has enough for now.
class HoldingSinkTest : public HttpUploadTest {
 protected:
  void begin(HttpServerOptions options = {}) {
    start(std::move(options));
    log_.hold_back_after = 1;
    client_.emplace(loop_, address_);
    sender_ = std::jthread([this] { client_->send(upload("/stream", body_)); });
    ASSERT_TRUE(loop_.run_until([&] { return log_.go_on != nullptr; }));
    loop_.settle();
    held_at_ = log_.bytes.size();
  }

  const std::string body_ = PatternSource::make(0, 4 * kMegabyte);  // more than the system takes
  std::size_t held_at_ = 0;
  std::optional<RawClient> client_;
  std::jthread sender_;
};

TEST_F(HoldingSinkTest, NothingIsReadUntilItWantsMore) {
  begin();
  let_pass(milliseconds(50));
  EXPECT_EQ(log_.bytes.size(), held_at_);
  EXPECT_LE(held_at_, 16u * 1024);
  EXPECT_THAT(talk_to_end(upload("/other", "x", "Connection: close\r\n")), EndsWith("POST /other [x]"));
  std::thread([&] { log_.go_on(); }).join();
  EXPECT_TRUE(loop_.run_until([&] { return client_->count("stored") == 1; }));
  EXPECT_EQ(log_.bytes, body_);
}

TEST_F(HoldingSinkTest, ItIsNotTheClientsSilence) {
  begin({.body_timeout = milliseconds(50)});
  let_pass(milliseconds(400));
  EXPECT_EQ(log_.sinks, 1);
  log_.go_on();
  EXPECT_TRUE(loop_.run_until([&] { return client_->count("stored") == 1; }));
}

TEST_F(HoldingSinkTest, ItMayHoldBackAgainAndAnOldWordIsIgnored) {
  begin();
  const auto first = std::exchange(log_.go_on, nullptr);
  log_.hold_back_after = 100'000;
  first();
  ASSERT_TRUE(loop_.run_until([&] { return log_.go_on != nullptr; }));
  first();
  loop_.settle();
  EXPECT_LE(log_.bytes.size(), 100'000u + 16 * 1024);
  log_.go_on();
  EXPECT_TRUE(loop_.run_until([&] { return client_->count("stored") == 1; }));
  EXPECT_EQ(log_.bytes, body_);
}

TEST_F(HoldingSinkTest, ItDoesNotKeepTheConnectionForEver) {
  begin({.piece_timeout = milliseconds(60)});
  EXPECT_TRUE(loop_.run_until([&] { return log_.sinks == 0; }));
  log_.go_on();
  loop_.settle();
  EXPECT_TRUE(loop_.run_until([&] { return client_->count("HTTP/1.1 503 ") == 1; }));
}

TEST_F(HttpUploadTest, AClientThatGoesAwayLeavesNoSink) {
  start();
  {
    RawClient client(loop_, address_);
    client.send(upload("/stream", "abc").substr(0, upload("/stream", "abc").size() - 1));
    ASSERT_TRUE(loop_.run_until([&] { return log_.bytes == "ab"; }));
    EXPECT_EQ(log_.sinks, 1);
  }
  EXPECT_TRUE(loop_.run_until([&] { return log_.sinks == 0; }));
  EXPECT_EQ(log_.finished, 0);
}

TEST_F(HttpUploadTest, BadFramingOfChunksIsRefused) {
  start();
  EXPECT_THAT(talk_to_end("POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "2\r\nabcd\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(log_.finished, 0);
  EXPECT_EQ(log_.sinks, 0);
}

TEST_F(HttpUploadTest, TheSinkLivesUntilItHasAnswered) {
  start();
  log_.holds_reply = true;
  RawClient client(loop_, address_);
  client.send(upload("/stream", "abc"));
  ASSERT_TRUE(loop_.run_until([&] { return log_.finished == 1; }));
  loop_.settle();
  EXPECT_EQ(log_.sinks, 1);
  std::thread([&] { log_.reply(text_response(201, "late")); }).join();
  ASSERT_TRUE(loop_.run_until([&] { return client.count("late") == 1; }));
  EXPECT_EQ(log_.sinks, 0);
}

TEST_F(HttpUploadTest, TheSinkMayCloseTheServer) {
  start();
  log_.on_write = [&] { server_.reset(); };
  EXPECT_EQ(talk_to_end(upload("/stream", "abc")), "");
  EXPECT_EQ(log_.sinks, 0);
}

TEST_F(HttpUploadTest, SilenceEndsTheUpload) {
  start({.body_timeout = milliseconds(60)});
  EXPECT_THAT(talk_to_end("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab"),
              StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(log_.sinks, 0);
}

TEST_F(HttpUploadTest, DrippingEndsTheUpload) {
  start({.body_timeout = milliseconds(100)});
  RawClient client(loop_, address_);
  client.send("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  while (!client.ended() && client.received().empty() && log_.bytes.size() < 10'000) {
    client.send("x");
    let_pass(milliseconds(5));
  }
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpUploadTest, AnHonestUploadMayTakeMuchLongerThanTheTimeout) {
  start({.body_timeout = milliseconds(60)});
  RawClient client(loop_, address_);
  client.send("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n");
  for (int piece = 0; piece < 30; ++piece) {
    ASSERT_TRUE(client.send(std::string(1000, 'x'))) << piece;
    let_pass(milliseconds(10));
  }
  EXPECT_TRUE(loop_.run_until([&] { return client.count("stored 30000") == 1; })) << client.received();
}

TEST_F(HttpUploadTest, StreamsOverTlsToo) {
  const Certificate certificate;
  start({.tls = certificate.options()});
  const auto body = PatternSource::make(0, 2 * kMegabyte);
  std::string answer;
  std::thread sender([&] { answer = TlsClient(address_).ask(upload("/stream", body), "stored 2097152"); });
  EXPECT_TRUE(loop_.run_until([&] { return log_.finished == 1 && server_->connections() == 0; }));
  sender.join();
  EXPECT_THAT(answer, EndsWith("stored 2097152"));
  EXPECT_EQ(log_.bytes, body);
  EXPECT_LE(log_.largest, 16u * 1024);
}

}  // namespace
}  // namespace parley::net::test
