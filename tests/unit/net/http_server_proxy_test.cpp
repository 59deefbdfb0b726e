#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using testing::ElementsAre;

constexpr const char* kUpgrade =
    "GET /socket HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.9\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class HttpServerProxyTest : public ServerFixture {
 protected:
  void configure(HttpServer& server) override {
    server.on_upgrade(
        nullptr, [this](std::unique_ptr<MessageStream> stream) { streams_.push_back(std::move(stream)); });
    server.on_refusal([this](http::Response&, const std::string& peer) { refused_.push_back(peer); });
  }

  std::vector<std::unique_ptr<MessageStream>> streams_;
  std::vector<std::string> refused_;
};

TEST_F(HttpServerProxyTest, TellsHandlersWhomATrustedProxySpeaksFor) {
  start({.trusted_proxies = {"127.0.0.1"}});
  RawClient client(loop_, address_);
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("200 OK") == 1; }));
  client.send("GET /2 HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("200 OK") == 2; }));
  EXPECT_THAT(peers_, ElementsAre("192.0.2.1", "192.0.2.2")) << "one connection carries many clients";
}

TEST_F(HttpServerProxyTest, BelievesNobodyElse) {
  start({.trusted_proxies = {"127.0.0.9"}});
  RawClient client(loop_, address_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("200 OK") == 1; }));
  EXPECT_THAT(peers_, ElementsAre("127.0.0.1"));
}

TEST_F(HttpServerProxyTest, TellsHooksAndStreamsTheSame) {
  start({.trusted_proxies = {"127.0.0.1"}});
  RawClient socket(loop_, address_);
  socket.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return streams_.size() == 1; }));
  EXPECT_EQ(streams_.front()->peer_address(), "192.0.2.9");
  talk_to_end("GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7\r\nHost: h\r\nHost: again\r\n\r\n");
  EXPECT_THAT(refused_, ElementsAre("192.0.2.7"));
}

TEST_F(HttpServerProxyTest, DoesNotCountATrustedProxyAsOneAddress) {
  start({.max_connections_per_address = 1, .trusted_proxies = {"127.0.0.1"}});
  RawClient first(loop_, address_), second(loop_, address_);
  for (auto* client : {&first, &second}) client->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(loop_.run_until([&] { return first.count("200 OK") == 1 && second.count("200 OK") == 1; }));
}

TEST_F(HttpServerProxyTest, GivesEachClientOfAProxyAsManyWebSockets) {
  start({.max_connections_per_address = 1, .trusted_proxies = {"127.0.0.1"}});
  RawClient first(loop_, address_);
  first.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return streams_.size() == 1; }));
  RawClient second(loop_, address_);
  second.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return second.count("429 Too Many Requests") == 1; }));
  EXPECT_THAT(refused_, ElementsAre("192.0.2.9"));
  std::string other = kUpgrade;
  other.replace(other.find("192.0.2.9"), 9, "192.0.2.8");
  RawClient third(loop_, address_);
  third.send(other);
  ASSERT_TRUE(loop_.run_until([&] { return streams_.size() == 2; }));
  streams_.clear();
  second.send(kUpgrade);
  EXPECT_TRUE(loop_.run_until([&] { return streams_.size() == 1; })) << "the seat is free again";
}

}  // namespace
}  // namespace parley::net::test
