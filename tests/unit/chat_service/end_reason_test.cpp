#include "chat_service/src/connections/end_reason.hpp"

#include <gmock/gmock.h>

#include "common/protocol/token/access_token.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using testing::CoreDriver;
using testing::TestClient;
using testing::Ticket;

class EndReasonTest : public ::testing::Test {
 protected:
  /// How a connection with this `init` ends.
  std::string_view refused(const std::string& token) {
    const auto reason = driver_.ended(driver_.begin(token));
    EXPECT_TRUE(reason && is_refusal(*reason));
    const auto word = reason ? end_reason(*reason) : "not at all";
    EXPECT_THAT(refusal_reasons(), Contains(word));
    return word;
  }
  std::string token_of_tomorrow() const {
    const WallTime tomorrow = driver_.wall_now() + 24h;
    token::TokenSpec spec{.identity = "alice", .not_before = tomorrow};
    spec.grants.push_back(token::ChatGrant{.service_sid = std::string(testing::kServiceSid)});
    return token::mint(testing::test_key(), spec, tomorrow).value();
  }
  std::string_view ended(const std::optional<Error>& reason) {
    EXPECT_TRUE(reason && !is_refusal(*reason));
    return reason ? end_reason(*reason) : "not at all";
  }

  CoreDriver driver_{{.throttle = Throttle{}}};
};

TEST_F(EndReasonTest, TellsRefusedTokensApart) {
  Ticket other_secret, other_key, other_service;
  other_secret.key.secret = "another secret";
  other_key.key.key_sid = "SKffffffffffffffffffffffffffffffff";
  other_service.service_sid = "ISffffffffffffffffffffffffffffffff";
  EXPECT_EQ(refused(driver_.token("alice", other_secret)), "token_signature");
  EXPECT_EQ(refused(driver_.token("alice", other_key)), "token_issuer");
  EXPECT_EQ(refused(driver_.token("alice", other_service)), "token_grants");
  EXPECT_EQ(refused("no token"), "token_malformed");
  const auto old = driver_.token("alice", 180s);
  EXPECT_EQ(refused(token_of_tomorrow()), "token_not_yet");
  driver_.set_clock(1h);
  EXPECT_EQ(refused(old), "token_expired");
}

TEST_F(EndReasonTest, TellsTheEndOfALifeFromAGoodbye) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  alice.say_packet(twilsock::Close{});
  EXPECT_EQ(ended(alice.ended()), "client_closed");
  for (Duration passed{}; passed < 1h; passed += 10s) {
    EXPECT_FALSE(bob.ended());
    bob.say_packet(twilsock::Ping{});
    driver_.advance(10s);
  }
  EXPECT_EQ(ended(bob.ended()), "life_over");
}

TEST_F(EndReasonTest, TellsWhoSaysNothingFromWhoSaysWhatIsNone) {
  const ConnectionId mute = driver_.open();
  driver_.advance(10s);
  EXPECT_EQ(ended(driver_.ended(mute)), "no_init_in_time");
  TestClient silent(driver_, "silent");
  driver_.advance(2min);
  EXPECT_EQ(ended(silent.ended()), "silent");
  const ConnectionId babbler = driver_.open();
  driver_.deliver(babbler, "babble");
  EXPECT_EQ(ended(driver_.ended(babbler)), "bad_packet");
  TestClient flooder(driver_, "flooder");
  for (int i = 0; i < 2000; ++i) flooder.say_packet(twilsock::Ping{});
  EXPECT_EQ(ended(flooder.ended()), "too_many_packets");
}

TEST_F(EndReasonTest, TellsWhatTheStreamSays) {
  EXPECT_EQ(end_reason({.code = Errc::connection_lost}), "connection_lost");
  EXPECT_EQ(end_reason({.code = Errc::limit_exceeded}), "bad_packet");
  EXPECT_EQ(end_reason({.code = Errc::connection_lost, .server_code = 1001}), "connection_lost")
      << "the peer's closing code";
}

TEST_F(EndReasonTest, TellsWhoIsAskedToComeBack) {
  TestClient alice(driver_, "alice");
  driver_.core().offload({.reconnect_min_ms = 1, .reconnect_max_ms = 2}, driver_.now(), driver_.wall_now());
  driver_.advance(1ms);
  driver_.flush();
  EXPECT_EQ(ended(alice.ended()), "service_stops");
}

}  // namespace
}  // namespace parley::chat_service
