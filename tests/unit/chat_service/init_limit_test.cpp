#include "chat_service/src/connections/init_limiter.hpp"

#include <gtest/gtest.h>

#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using testing::CoreDriver;
using testing::TestClient;

const Peer kHere{};
const Peer kThere{.address = "192.0.2.1", .is_local = false};
const Peer kElsewhere{.address = "192.0.2.2", .is_local = false};

int admitted_at_once(InitLimiter& limiter, const Peer& peer, TimePoint now) {
  int admitted = 0;
  while (admitted < 5000 && !limiter.admit_address(peer, now)) ++admitted;
  return admitted;
}

TEST(InitLimiter, GivesAnAddressTenSecondsWorthAtOnceAndThenItsRate) {
  InitLimiter limiter({});
  TimePoint now{};
  EXPECT_EQ(admitted_at_once(limiter, kThere, now), 1000);
  EXPECT_EQ(admitted_at_once(limiter, kElsewhere, now), 1000) << "each address has its own";
  now += 1s;
  EXPECT_EQ(admitted_at_once(limiter, kThere, now), 100);
  const auto refusal = limiter.admit_address(kThere, now);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->http_status, 429);
  EXPECT_EQ(refusal->server_code, 51202);
  EXPECT_EQ(refusal->retry_after, 10ms);
}

TEST(InitLimiter, CountsThisMachineOnlyIfTheOperatorSaysSo) {
  InitLimiter by_default({}), set({.inits_per_second = 2});
  EXPECT_EQ(admitted_at_once(by_default, kHere, TimePoint{}), 5000);
  EXPECT_EQ(admitted_at_once(set, kHere, TimePoint{}), 20);
}

TEST(InitLimiter, GivesAUserAsManyConnections) {
  const InitLimiter by_default({}), set({.per_user = 2});
  EXPECT_FALSE(by_default.admit_user(kThere, 99));
  EXPECT_EQ(by_default.admit_user(kThere, 100)->server_code, 51124);
  EXPECT_FALSE(by_default.admit_user(kHere, 5000));
  EXPECT_FALSE(set.admit_user(kHere, 1));
  EXPECT_EQ(set.admit_user(kHere, 2)->http_status, 429);
}

class InitLimitTest : public ::testing::Test {
 protected:
  /// The answer to an `init` with that token on a connection of its own.
  twilsock::Packet init(CoreDriver& driver, const std::string& token) {
    last_ = driver.begin(token);
    const auto frames = driver.take_frames(last_);
    return twilsock::decode(*frames.at(0)).value();
  }
  static twilsock::Status status(const twilsock::Packet& packet) {
    return std::get<twilsock::Reply>(packet.body).status;
  }

  ConnectionId last_ = 0;
};

TEST_F(InitLimitTest, OneConnectionTooManyIsRefusedAndMayComeBack) {
  CoreDriver driver{{.connection_limits = {.per_user = 2}}};
  TestClient first(driver, "alice"), second(driver, "alice"), other(driver, "bob");
  const auto refusal = init(driver, driver.token("alice"));
  EXPECT_EQ(status(refusal).code, 429);
  EXPECT_EQ(status(refusal).error_code, 51124);
  const auto backoff = twilsock::decode_backoff(refusal.payload);
  ASSERT_TRUE(backoff);
  EXPECT_GE(backoff->reconnect_min_ms, 10'000);
  EXPECT_TRUE(driver.ended(last_));
  EXPECT_FALSE(first.ended() || second.ended());
  second.cut();
  EXPECT_EQ(status(init(driver, driver.token("alice"))).code, 200);
}

TEST_F(InitLimitTest, ARefusalByAddressComesBeforeAnyLookAtTheToken) {
  CoreDriver driver{{.connection_limits = {.inits_per_second = 1}}};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status(init(driver, "no token")).code, 401);
  for (const std::string& token : {std::string("no token"), driver.token("alice")}) {
    const auto refusal = init(driver, token);
    EXPECT_EQ(status(refusal).code, 429);
    EXPECT_EQ(status(refusal).error_code, 51202);
  }
  driver.advance(1s);
  EXPECT_EQ(status(init(driver, driver.token("alice"))).code, 200);
}

TEST_F(InitLimitTest, NewTokensOnAConnectionAreNoNewConnections) {
  CoreDriver driver{{.connection_limits = {.per_user = 1, .inits_per_second = 1}}};
  TestClient alice(driver, "alice");
  for (int i = 0; i < 30; ++i) alice.renew({});
  EXPECT_FALSE(alice.ended());
}

}  // namespace
}  // namespace parley::chat_service
