#include <gtest/gtest.h>

#include "common/protocol/token/jwt.hpp"
#include "tests/unit/token/samples.hpp"

namespace parley::token {
namespace {

constexpr const char* kHeader = R"({"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"})";

TEST(Peek, ReadsWhatAClientNeedsToPlanItsRefresh) {
  const auto token =
      mint({samples::kAccount, samples::kKeySid, "another secret"}, samples::spec("Алиса"), samples::now());
  const auto claims = peek(*token);
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->identity, "Алиса");
  EXPECT_EQ(claims->service_sid, samples::kService);
  EXPECT_EQ(claims->issued_at, samples::now());
  EXPECT_EQ(claims->expires_at, samples::now() + kDefaultLife);
}

TEST(Peek, DoesWithoutIssueTimeAndChatGrant) {
  const auto claims =
      peek(make_jwt(Algorithm::hs256, "s", kHeader, R"({"grants":{"identity":"bob"},"exp":100.5})"));
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->issued_at, WallTime{});
  EXPECT_EQ(claims->expires_at, samples::at(100));
  EXPECT_EQ(claims->service_sid, "");
}

struct Case {
  const char* name;
  std::string token;
  int server_code;
};

TEST(Peek, TellsATokenThatCanNeverWork) {
  const auto with_payload = [](const char* payload) {
    return make_jwt(Algorithm::hs256, "s", kHeader, payload);
  };
  const Case cases[] = {
      {"empty", "", 20101},
      {"a word", "token", 20101},
      {"no JSON", with_payload("nothing"), 20101},
      {"another kind of JWT",
       make_jwt(Algorithm::hs256, "s", R"({"alg":"HS256","typ":"JWT"})", R"({"exp":1})"), 20102},
      {"no expiry", with_payload(R"({"grants":{"identity":"bob"}})"), 20104},
      {"expiry in the year 1", with_payload(R"({"grants":{"identity":"bob"},"exp":-62135596800})"), 20104},
      {"expiry in milliseconds", with_payload(R"({"grants":{"identity":"bob"},"exp":1735689600000})"), 20104},
      {"no identity", with_payload(R"({"grants":{},"exp":1})"), 20106},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto claims = peek(c.token);
    ASSERT_FALSE(claims);
    EXPECT_EQ(claims.error().code, Errc::invalid_token);
    EXPECT_EQ(claims.error().server_code, c.server_code);
  }
}

}  // namespace
}  // namespace parley::token
