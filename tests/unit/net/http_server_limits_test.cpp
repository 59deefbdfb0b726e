#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServerLimitsTest : public ServerFixture {};

struct Refusal {
  const char* name;
  std::string request;
  const char* start;
  const char* body;
};

TEST_F(HttpServerLimitsTest, RefusesBadRequestsItself) {
  start({.max_header_bytes = 1000, .max_body_bytes = 100});
  const Refusal cases[] = {
      {"malformed", "nonsense\r\n\r\n", "HTTP/1.1 400 ",
       R"({"status":400,"code":20001,"message":"Bad Request"})"},
      {"long header", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1000, 'x') + "\r\n\r\n",
       "HTTP/1.1 431 ", R"("status":431,"code":20431,)"},
      {"long target", "GET /" + std::string(100'000, 'x'), "HTTP/1.1 431 ", R"("code":20431)"},
      {"long body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'),
       "HTTP/1.1 413 ", R"({"status":413,"code":20413,"message":"Payload Too Large"})"},
      {"endless chunk extension",
       "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'x'),
       "HTTP/1.1 400 ", R"("code":20001)"},
      {"old version", "GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 505 ", R"("status":505)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto answer = talk_to_end(c.request);
    EXPECT_THAT(answer, StartsWith(c.start));
    EXPECT_THAT(answer, HasSubstr(c.body));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  }
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerLimitsTest, CutsAHeaderThatDoesNotEnd) {
  start({.header_timeout = milliseconds(60)});
  EXPECT_THAT(talk_to_end("GET / HTTP/1.1\r\nHost:"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerLimitsTest, CutsABodyThatDoesNotEnd) {
  start({.body_timeout = milliseconds(60)});
  EXPECT_THAT(talk_to_end("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab"),
              HasSubstr(R"({"status":408,"code":20408,)"));
  EXPECT_TRUE(requests_.empty());
}

TEST_F(HttpServerLimitsTest, DrippingBytesDoNotExtendTheTime) {
  start({.header_timeout = milliseconds(100)});
  RawClient client(loop_, address_);
  client.send("GET / HTTP/1.1\r\n");
  while (!client.ended() && client.received().size() < 20) {
    client.send("X: y\r\n");
    loop_.run_until([until = std::chrono::steady_clock::now() + milliseconds(5)] {
      return std::chrono::steady_clock::now() > until;
    });
  }
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerLimitsTest, ClosesASilentConnectionWithoutAWord) {
  start({.header_timeout = milliseconds(60)});
  EXPECT_EQ(talk_to_end(""), "");
}

TEST_F(HttpServerLimitsTest, ClosesAKeptConnectionThatIdles) {
  start({.idle_timeout = milliseconds(60)});
  const auto answer = talk_to_end("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, testing::EndsWith("GET / []"));
}

TEST_F(HttpServerLimitsTest, GivesTheHandlerAllTheTimeItWants) {
  start({.header_timeout = milliseconds(40),
         .body_timeout = milliseconds(40),
         .idle_timeout = milliseconds(40)});
  hold_replies_ = true;
  RawClient client(loop_, address_);
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  RawClient witness(loop_, address_);  // is closed for idling: so much time has passed for both
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1 && witness.ended(); }));
  held_[0](echo(requests_[0]));
  EXPECT_TRUE(loop_.run_until([&] { return client.count("GET /slow []") == 1; }));
}

TEST_F(HttpServerLimitsTest, ClosesConnectionsBeyondTheMaximumAtOnce) {
  start({.max_connections = 2});
  RawClient first(loop_, address_);
  auto second = std::make_unique<RawClient>(loop_, address_);
  for (auto* client : {&first, second.get()}) client->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return first.count("200 OK") == 1 && second->count("200 OK") == 1; }));
  EXPECT_EQ(talk_to_end(""), "");
  second.reset();
  std::string answer;
  for (int attempt = 0; attempt < 100 && answer.empty(); ++attempt)  // until the server has noticed
    answer = talk_to_end("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("GET / []"));
  EXPECT_FALSE(first.ended());
  EXPECT_THAT(limits_, testing::Each("connections 127.0.0.1"));
  EXPECT_FALSE(limits_.empty());
}

TEST_F(HttpServerLimitsTest, ClosesConnectionsBeyondTheMaximumOfOneAddressAtOnce) {
  start({.max_connections_per_address = 1});
  auto first = std::make_unique<RawClient>(loop_, address_);
  first->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return first->count("200 OK") == 1; }));
  EXPECT_EQ(talk_to_end(""), "");
  EXPECT_THAT(limits_, testing::ElementsAre("connections_per_address 127.0.0.1"));
  RawClient elsewhere(loop_, address_, "127.0.0.2");
  elsewhere.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return elsewhere.count("200 OK") == 1; }));
  EXPECT_EQ(server_->connections(), 2u);
  first.reset();
  ASSERT_TRUE(loop_.run_until([&] { return server_->connections() == 1; }));
  EXPECT_THAT(talk_to_end("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), HasSubstr("GET / []"));
}

}  // namespace
}  // namespace parley::net::test
