#include <gtest/gtest.h>

#include "common/protocol/token/access_token.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using testing::CoreDriver;
using testing::TestClient;

/// What a new connection with that token is told.
twilsock::Status status_of_init(CoreDriver& driver, const std::string& token) {
  const auto frames = driver.take_frames(driver.begin(token));
  return std::get<twilsock::Reply>(twilsock::decode(*frames.at(0)).value().body).status;
}

/// One that says not to be good before now.
std::string token_from_now(const CoreDriver& driver, std::chrono::seconds ttl = 1h) {
  token::TokenSpec spec{.identity = "alice", .ttl = ttl, .not_before = driver.wall_now()};
  spec.grants.push_back(token::ChatGrant{.service_sid = std::string(testing::kServiceSid)});
  return token::mint(testing::test_key(), spec, driver.wall_now()).value();
}

TEST(Clock, SetBackMakesNoGoodTokenBad) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const std::string before = token_from_now(driver, 12h);
  driver.set_clock(-1h);
  EXPECT_EQ(status_of_init(driver, before).code, 200) << "not from the future";
  alice.say_packet(twilsock::Update{before});
  alice.take_others();
  EXPECT_FALSE(alice.ended());
  driver.advance(30min);
  EXPECT_EQ(status_of_init(driver, token_from_now(driver)).code, 200) << "one of after";
  driver.set_clock(-48h);
  EXPECT_EQ(status_of_init(driver, before).code, 200) << "its end is not too far away";
  EXPECT_TRUE(driver.core().authenticate(before, driver.now(), driver.wall_now())) << "for files, too";
}

TEST(Clock, SetBackEndsNoConnection) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  driver.set_clock(-2h);
  for (Duration passed{}; passed < 59min; passed += 10s) {
    alice.say_packet(twilsock::Ping{});
    driver.advance(10s);
  }
  EXPECT_FALSE(alice.ended());
}

TEST(Clock, ATokenFromTheFutureIsStillRefused) {
  CoreDriver driver, ahead;
  ahead.set_clock(1h);
  EXPECT_EQ(status_of_init(driver, token_from_now(ahead)).error_code, 20105);
  driver.set_clock(2h);
  EXPECT_EQ(status_of_init(driver, token_from_now(ahead)).error_code, 20104) << "and its end counts as it is";
}

}  // namespace
}  // namespace parley::chat_service
