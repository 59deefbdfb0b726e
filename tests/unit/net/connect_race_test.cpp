#include "common/net/src/connect_race.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/net/dead_address.hpp"

namespace parley::net::test {
namespace {

using namespace std::chrono_literals;

class ConnectRaceTest : public testing::Test {
 protected:
  struct Outcome {
    ErrorCode error;
    tcp::socket socket;
    Duration took;
  };
  Outcome run(const std::vector<tcp::endpoint>& endpoints, Duration delay = 250ms) {
    std::optional<Outcome> outcome;
    const auto begun = std::chrono::steady_clock::now();
    const auto race = std::make_shared<ConnectRace>(loop_.executor(), AddressRace(endpoints, delay));
    race->start([&](ErrorCode error, tcp::socket socket) {
      outcome.emplace(Outcome{error, std::move(socket), std::chrono::steady_clock::now() - begun});
    });
    EXPECT_FALSE(outcome) << "inside the call";
    if (!loop_.run_until([&] { return outcome.has_value(); })) race->cancel();
    EXPECT_TRUE(outcome);
    return outcome ? std::move(*outcome) : Outcome{asio::error::timed_out, tcp::socket(loop_.executor()), {}};
  }
  tcp::endpoint refusing() {
    const tcp::acceptor closed(loop_.executor(), {asio::ip::make_address("127.0.0.1"), 0});
    return closed.local_endpoint();
  }

  Loop loop_;
  tcp::acceptor live_{loop_.executor(), {asio::ip::make_address("127.0.0.1"), 0}};
};

TEST_F(ConnectRaceTest, ConnectsToTheOnlyAddress) {
  const auto outcome = run({live_.local_endpoint()});
  ASSERT_FALSE(outcome.error) << outcome.error.message();
  EXPECT_EQ(outcome.socket.remote_endpoint(), live_.local_endpoint());
}

// Else a program that the application starts would keep a closed connection open for the service.
TEST_F(ConnectRaceTest, ProgramsThatAreStartedDoNotGetTheSocket) {
  auto outcome = run({live_.local_endpoint()});
  ASSERT_FALSE(outcome.error) << outcome.error.message();
  EXPECT_EQ(::fcntl(outcome.socket.native_handle(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST_F(ConnectRaceTest, ARefusalCostsNoDelay) {
  const auto outcome = run({refusing(), refusing(), live_.local_endpoint()}, 1h);
  ASSERT_FALSE(outcome.error) << outcome.error.message();
  EXPECT_EQ(outcome.socket.remote_endpoint(), live_.local_endpoint());
}

TEST_F(ConnectRaceTest, TellsTheLastErrorWhenAllFail) {
  const auto outcome = run({refusing(), refusing()}, 1h);
  EXPECT_EQ(outcome.error, asio::error::connection_refused);
  EXPECT_FALSE(outcome.socket.is_open());
  EXPECT_TRUE(run({}).error);
}

TEST_F(ConnectRaceTest, ADeadAddressCostsOneDelay) {
  DeadAddress dead(loop_, {asio::ip::make_address("127.0.0.1"), 0});
  const auto outcome = run({dead.endpoint(), live_.local_endpoint()});
  ASSERT_FALSE(outcome.error) << outcome.error.message();
  EXPECT_EQ(outcome.socket.remote_endpoint(), live_.local_endpoint());
  EXPECT_GE(outcome.took, 250ms) << "the dead one goes first";
}

TEST_F(ConnectRaceTest, ADeadIpv6CostsOneDelay) {
  ErrorCode unusable;
  tcp::acceptor probe(loop_.executor());
  probe.open(tcp::v6(), unusable);
  if (!unusable) probe.bind({asio::ip::address_v6::loopback(), 0}, unusable);
  if (unusable) GTEST_SKIP() << "no IPv6 on this machine: " << unusable.message();
  probe.close();
  DeadAddress dead(loop_, {asio::ip::address_v6::loopback(), 0});
  const auto outcome = run({dead.endpoint(), live_.local_endpoint()});
  ASSERT_FALSE(outcome.error) << outcome.error.message();
  EXPECT_EQ(outcome.socket.remote_endpoint(), live_.local_endpoint());
  EXPECT_GE(outcome.took, 250ms) << "the dead one goes first";
}

TEST_F(ConnectRaceTest, WhatIsCancelledNeverCompletes) {
  DeadAddress dead(loop_, {asio::ip::make_address("127.0.0.1"), 0});
  bool completed = false;
  const auto race = std::make_shared<ConnectRace>(
      loop_.executor(), AddressRace({dead.endpoint(), live_.local_endpoint()}, 20ms));
  race->start([&](ErrorCode, const tcp::socket&) { completed = true; });
  loop_.settle();
  race->cancel();
  loop_.context().run_for(60ms);
  EXPECT_FALSE(completed);
  EXPECT_EQ(race.use_count(), 1) << "nothing is under way";
}

}  // namespace
}  // namespace parley::net::test
