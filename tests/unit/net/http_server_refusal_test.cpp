#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpServerRefusalTest : public ServerFixture {
 protected:
  void configure(HttpServer& server) override {
    server.on_refusal([this](http::Response& response, const std::string& peer) {
      refused_.push_back(response.status);
      EXPECT_EQ(peer, "127.0.0.1");
      response.headers.emplace_back("Request-Id", "RQ1");
    });
  }
  void on_request(const http::Request& request, const std::string& peer, HttpReply reply) override {
    if (request.path == "/throw") throw std::runtime_error("secret");
    if (request.path == "/throw-late") {
      reply(echo(request));
      throw std::runtime_error("secret");
    }
    ServerFixture::on_request(request, peer, std::move(reply));
  }
  std::vector<int> refused_;
};

TEST_F(HttpServerRefusalTest, LetsTheOwnerCompleteEveryRefusal) {
  start({.max_header_bytes = 1000, .max_body_bytes = 10, .header_timeout = std::chrono::milliseconds(60)});
  const std::pair<int, std::string> cases[] = {
      {400, "nonsense\r\n\r\n"},
      {408, "GET / HTTP/1.1\r\nHost:"},
      {413, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"},
      {417, "POST / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n"},
      {431, "GET /" + std::string(1000, 'x') + " HTTP/1.1\r\n"},
      {500, "GET /throw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"},
      {505, "GET / HTTP/3.0\r\n\r\n"},
  };
  for (const auto& [status, request] : cases) {
    SCOPED_TRACE(status);
    refused_.clear();
    const auto answer = talk_to_end(request);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status) + " "));
    EXPECT_THAT(answer, HasSubstr("\r\nRequest-Id: RQ1\r\n"));
    EXPECT_EQ(refused_, std::vector<int>{status});
  }
}

TEST_F(HttpServerRefusalTest, KeepsTheConnectionOfAHandlerThatThrew) {
  start();
  RawClient client(loop_, address_);
  client.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\nGET /fine HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("GET /fine []") == 1; }));
  EXPECT_EQ(client.count("HTTP/1.1 500"), 1u);
}

TEST_F(HttpServerRefusalTest, LeavesTheOwnersAnswersAlone) {
  start();
  const auto answer = talk_to_end(
      "GET /throw-late HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("GET /throw-late []"));
  EXPECT_THAT(answer, Not(HasSubstr("Request-Id")));
  EXPECT_TRUE(refused_.empty());
}

class ThrowingHookTest : public ServerFixture {
  void configure(HttpServer& server) override {
    server.on_refusal([](http::Response& response, const std::string&) {
      response.body = "half";
      throw std::runtime_error("secret");
    });
  }
};

TEST_F(ThrowingHookTest, AHookThatThrowsDoesNotCostTheAnswer) {
  start();
  EXPECT_THAT(talk_to_end("nonsense\r\n\r\n"), testing::EndsWith(R"("message":"Bad Request"})"));
}

class SuicidalHookTest : public ServerFixture {
  void configure(HttpServer& server) override {
    server.on_refusal([this](http::Response&, const std::string&) { server_.reset(); });
  }
};

TEST_F(SuicidalHookTest, AHookMayDestroyItsServer) {
  start();
  EXPECT_EQ(talk_to_end("nonsense\r\n\r\n"), "");
}

}  // namespace
}  // namespace parley::net::test
