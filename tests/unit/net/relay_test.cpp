#include "common/net/relay.hpp"

#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

class RelayTest : public ServerFixture {
 protected:
  void start_relay() {
    start();
    relay_ = std::make_unique<Relay>(loop_.executor(), address_);
    const auto address = relay_->start();
    ASSERT_TRUE(address) << address.error().to_string();
    relay_address_ = *address;
  }
  bool answers(RawClient& client) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return loop_.run_until([&] { return client.ended() || client.count("GET / []") == 1; }) &&
           !client.ended();
  }
  std::unique_ptr<Relay> relay_;
  ListenAddress relay_address_;
};

TEST_F(RelayTest, ForwardsBothWays) {
  start_relay();
  RawClient client(loop_, relay_address_);
  EXPECT_TRUE(answers(client));
}

TEST_F(RelayTest, CutsEveryConnectionUntilMended) {
  start_relay();
  RawClient before(loop_, relay_address_);
  ASSERT_TRUE(answers(before));
  relay_->cut();
  EXPECT_TRUE(loop_.run_until([&] { return before.ended(); }));
  RawClient during(loop_, relay_address_);
  EXPECT_TRUE(loop_.run_until([&] { return during.ended(); }));
  relay_->mend();
  RawClient after(loop_, relay_address_);
  EXPECT_TRUE(answers(after));
}

TEST_F(RelayTest, PassesTheEndOfAConnectionOn) {
  start_relay();
  RawClient client(loop_, relay_address_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
  EXPECT_EQ(client.count("GET / []"), 1u);
}

TEST_F(RelayTest, ClosesTheClientWhenTheTargetIsGone) {
  start_relay();
  server_.reset();
  RawClient client(loop_, relay_address_);
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
}

}  // namespace
}  // namespace parley::net::test
