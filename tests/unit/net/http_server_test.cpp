#include "common/net/http_server.hpp"

#include <thread>

#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class HttpServerTest : public ServerFixture {};

TEST_F(HttpServerTest, AnswersARequest) {
  start();
  const auto answer =
      talk_to_end("POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\nPOST /a%20b [hi]"));
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].params, (http::Fields{{"x", "1"}}));
  EXPECT_EQ(peers_[0], "127.0.0.1");
}

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  start();
  RawClient client(loop_, address_);
  for (std::size_t i = 1; i <= 3; ++i) {
    client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(loop_.run_until([&] { return client.count("HTTP/1.1 200") == i; }));
  }
  EXPECT_THAT(client.received(), HasSubstr("GET /3 []"));
  EXPECT_FALSE(client.ended());
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  const auto answer = talk_to_end(
      "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na"
      "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("POST /1 [a]");
  const auto second = answer.find("GET /2 []");
  const auto third = answer.find("GET /3 []");
  ASSERT_NE(third, std::string::npos) << answer;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_F(HttpServerTest, TakesThousandsOfRequestsAtOnce) {
  start();
  constexpr std::size_t kMany = 5000;
  std::string requests;
  for (std::size_t i = 0; i < kMany; ++i) requests += "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
  requests += "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  RawClient client(loop_, address_);
  std::thread sender([&] { client.send(requests); });
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
  sender.join();
  EXPECT_EQ(client.count("GET /x []"), kMany);
  EXPECT_THAT(client.received(), testing::EndsWith("GET /last []"));
}

TEST_F(HttpServerTest, ServesManyConnectionsInTurn) {
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 30; ++i) clients.push_back(std::make_unique<RawClient>(loop_, address_));
  for (std::size_t round = 1; round <= 5; ++round) {
    for (const auto& client : clients) client->send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    for (const auto& client : clients)
      ASSERT_TRUE(loop_.run_until([&] { return client->count("GET /x []") == round; })) << round;
  }
  EXPECT_EQ(server_->connections(), 30u);
  clients.clear();
  EXPECT_TRUE(loop_.run_until([&] { return server_->connections() == 0; }));
}

TEST_F(HttpServerTest, WaitsForALateReplyBeforeItReadsOn) {
  start();
  hold_replies_ = true;
  RawClient client(loop_, address_);
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));
  loop_.settle();
  EXPECT_EQ(requests_.size(), 1u);
  held_[0](echo(requests_[0]));
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 2; }));
  EXPECT_THAT(client.received(), Not(HasSubstr("/2")));
}

TEST_F(HttpServerTest, TakesTheReplyFromAnyThread) {
  start();
  hold_replies_ = true;
  RawClient client(loop_, address_);
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));
  std::thread([this] { held_[0](echo(requests_[0])); }).join();
  EXPECT_TRUE(loop_.run_until([&] { return client.count("GET /1 []") == 1; }));
}

TEST_F(HttpServerTest, IgnoresASecondReply) {
  start();
  hold_replies_ = true;
  RawClient client(loop_, address_);
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));
  held_[0](echo(requests_[0]));
  held_[0](echo(requests_[0]));
  client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 2; }));
  held_[0](echo(requests_[0]));
  held_[1](echo(requests_[1]));
  ASSERT_TRUE(loop_.run_until([&] { return client.count("GET /2 []") == 1; }));
  EXPECT_EQ(client.count("GET /1 []"), 1u);
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
  start();
  const auto answer = talk_to_end("HEAD /long HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 13\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, AllowsTheBodyWhenTheClientWaitsForLeave) {
  start();
  RawClient client(loop_, address_);
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.received() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  client.send("abc");
  EXPECT_TRUE(loop_.run_until([&] { return client.count("POST / [abc]") == 1; }));
}

TEST_F(HttpServerTest, StaysWithAnOldClientOnlyIfAsked) {
  start();
  EXPECT_THAT(talk_to_end("GET / HTTP/1.0\r\n\r\n"), HasSubstr("GET / []"));
  RawClient client(loop_, address_);
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("GET / []") == 1; }));
  EXPECT_THAT(client.received(), HasSubstr("Connection: keep-alive\r\n"));
}

TEST_F(HttpServerTest, SendsABodyThatFillsManySegments) {
  start({.max_body_bytes = 4 * 1024 * 1024});
  const std::string body(3 * 1024 * 1024, 'z');
  RawClient client(loop_, address_);
  auto request =
      "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  std::thread sender([&] { client.send(request + body); });
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
  sender.join();
  EXPECT_THAT(client.received(), testing::EndsWith("[" + body + "]"));
}

class ThrowingServerTest : public ServerFixture {
  void on_request(const http::Request&, const std::string&, HttpReply) override {
    throw std::runtime_error("secret");
  }
};

TEST_F(ThrowingServerTest, AHandlerThatThrowsCostsItsOwnRequestOnly) {
  start();
  RawClient client(loop_, address_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("HTTP/1.1 500") == 2; }));
  EXPECT_THAT(client.received(), Not(HasSubstr("secret")));
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  start();
  HttpServer second(loop_.executor(), {.listen = address_}, [](auto&&...) {});
  const auto address = second.start();
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().code, Errc::unreachable);
  EXPECT_THAT(address.error().message, HasSubstr(address_.to_string()));
  EXPECT_THAT(address.error().message, HasSubstr("in use"));
}

}  // namespace
}  // namespace parley::net::test
