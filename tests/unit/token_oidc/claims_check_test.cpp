#include "token_server/oidc/claims_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/unit/token_oidc/samples.hpp"

namespace parley::token_server {
namespace {

using nlohmann::json;
using test::kNow;
using testing::HasSubstr;
using testing::Not;

const json kGone = "a value that says: leave this claim out";

Result<OidcSubject> check(const json& claims, const OidcSettings& settings = test::settings()) {
  return check_claims(claims.dump(), settings, WallTime(std::chrono::seconds(kNow)));
}

/// The good payload with these claims instead.
json with(const json& changes) {
  auto claims = json::parse(test::payload());
  for (const auto& [name, value] : changes.items()) {
    claims[name] = value;
    if (value == kGone) claims.erase(name);
  }
  return claims;
}

struct Case {
  json changes;
  const char* named;  ///< what the message has to say
};

void expect_refusals(const std::vector<Case>& cases, const OidcSettings& settings = test::settings()) {
  for (const auto& c : cases) {
    SCOPED_TRACE(c.changes.dump());
    const auto subject = check(with(c.changes), settings);
    ASSERT_FALSE(subject);
    EXPECT_EQ(subject.error().code, Errc::denied);
    EXPECT_THAT(subject.error().message, HasSubstr(c.named));
    EXPECT_THAT(subject.error().message, Not(HasSubstr("alice")));
    EXPECT_THAT(subject.error().message, Not(HasSubstr("mallory")));
  }
}

void expect_passes(const std::vector<json>& cases, const OidcSettings& settings = test::settings()) {
  for (const auto& changes : cases) {
    const auto subject = check(with(changes), settings);
    EXPECT_TRUE(subject) << changes.dump() << ": " << subject.error().to_string();
  }
}

TEST(ClaimsCheck, SaysWhoItIsAndUntilWhen) {
  const auto subject = check(with({{"name", "Алиса"}}), [] {
    auto settings = test::settings();
    settings.identity_claim = "name";
    return settings;
  }());
  ASSERT_TRUE(subject) << subject.error().to_string();
  EXPECT_EQ(subject->identity, "Алиса");
  EXPECT_EQ(subject->subject, "alice");
}

TEST(ClaimsCheck, InsistsOnTheIssuerToTheByte) {
  expect_refusals({
      {{{"iss", kGone}}, "iss"},
      {{{"iss", nullptr}}, "iss"},
      {{{"iss", ""}}, "iss"},
      {{{"iss", test::kIssuer + "/"}}, "iss"},
      {{{"iss", "HTTPS://id.example.com"}}, "iss"},
      {{{"iss", "https://mallory.example.com"}}, "iss"},
      {{{"iss", json::array({test::kIssuer})}}, "iss"},
      {{{"iss", 5}}, "iss"},
  });
  OidcSettings nobody = test::settings();
  nobody.issuer = "";
  expect_refusals({{{{"iss", ""}}, "iss"}}, nobody);
}

TEST(ClaimsCheck, InsistsOnAnAudienceOfOurs) {
  expect_passes({
      {{"aud", "chat-mobile"}},
      {{"aud", json::array({"chat"})}},
      {{"aud", json::array({"other", "chat"})}},
      {{"aud", json::array({"other", "chat"})}, {"azp", "chat-mobile"}},
      {{"aud", "chat"}, {"azp", "a client that asked for us alone"}},
      {{"aud", json::array({"chat"})}, {"azp", "a client that asked for us alone"}},
  });
  expect_refusals({
      {{{"aud", kGone}}, "aud is missing"},
      {{{"aud", nullptr}}, "aud"},
      {{{"aud", ""}}, "aud"},
      {{{"aud", "Chat"}}, "aud"},
      {{{"aud", "chat other"}}, "aud"},
      {{{"aud", json::array()}}, "aud"},
      {{{"aud", json::array({"other", "mallory"})}}, "aud"},
      {{{"aud", json::array({"chat", 5})}}, "aud"},
      {{{"aud", json::array({json::array({"chat"})})}}, "aud"},
      {{{"aud", {{"chat", true}}}}, "aud"},
      {{{"aud", json::array({"chat", "other"})}, {"azp", "other"}, {"nonce", "n"}}, "azp"},
      {{{"aud", json::array({"chat", "other"})}, {"azp", "other"}, {"at_hash", "h"}}, "azp"},
      {{{"aud", json::array({"chat", "other"})}, {"azp", "other"}, {"c_hash", "h"}}, "azp"},
      {{{"aud", json::array({"chat", "other"})}, {"azp", "other"}, {"typ", "ID"}}, "azp"},
      {{{"aud", json::array({"chat", "other"})}, {"azp", ""}, {"nonce", "n"}}, "azp"},
      {{{"aud", "chat"}, {"azp", 5}}, "azp"},
      {{{"aud", "chat"}, {"azp", nullptr}}, "azp"},
  });
  OidcSettings nobody = test::settings();
  nobody.audiences = {};
  expect_refusals({{json::object(), "aud"}, {{{"aud", ""}}, "aud"}}, nobody);
}

TEST(ClaimsCheck, TakesAccessTokensThatAnotherClientAskedFor) {
  const auto audience = json::array({"chat", "account"});
  expect_passes({
      {{"aud", audience}, {"azp", "web"}},
      {{"aud", audience}, {"azp", "web"}, {"scope", "openid profile"}, {"nonce", "n"}},
      {{"aud", audience}, {"azp", "web"}, {"scp", json::array({"openid"})}, {"at_hash", "h"}},
      {{"aud", audience}, {"azp", "web"}, {"client_id", "web"}, {"nonce", "n"}},
      {{"aud", audience}, {"azp", "web"}, {"typ", "Bearer"}, {"nonce", "n"}},
  });
  expect_refusals({{{{"aud", json::array({"account", "web"})}, {"azp", "chat"}}, "aud"}});
}

TEST(ClaimsCheck, HoldsTimesAgainstTheClockWithTheSkew) {
  expect_passes({
      {{"exp", kNow - 29}},
      {{"exp", kNow - 28.5}},
      {{"exp", 253402300799}},
      {{"nbf", kNow + 30}},
      {{"nbf", 0}},
      {{"iat", kNow + 30}},
      {{"iat", kGone}},
      {{"iat", 0}, {"exp", kNow + 1}},
  });
  expect_refusals({
      {{{"exp", kGone}}, "exp is missing"},
      {{{"exp", kNow - 30}}, "exp is over: it expired 30 s ago"},
      {{{"exp", 0}}, "exp"},
      {{{"exp", -1}}, "exp"},
      {{{"exp", std::to_string(kNow + 600)}}, "exp"},
      {{{"exp", nullptr}}, "exp"},
      {{{"exp", true}}, "exp"},
      {{{"exp", json::array({kNow + 600})}}, "exp"},
      {{{"exp", (kNow + 600) * 1000}}, "exp"},
      {{{"exp", 1e300}}, "exp"},
      {{{"exp", std::numeric_limits<std::int64_t>::max()}}, "exp"},
      {{{"exp", std::numeric_limits<std::uint64_t>::max()}}, "exp"},
      {{{"nbf", kNow + 31}}, "nbf"},
      {{{"nbf", "now"}}, "nbf"},
      {{{"nbf", nullptr}}, "nbf"},
      {{{"iat", kNow + 31}}, "iat"},
      {{{"iat", std::to_string(kNow)}}, "iat"},
      {{{"iat", kNow * 1000}}, "iat"},
  });
}

TEST(ClaimsCheck, HasNoSkewWhereTheSettingsAllowNone) {
  OidcSettings exact = test::settings();
  exact.clock_skew = std::chrono::seconds(0);
  expect_passes({{{"exp", kNow + 1}}, {{"nbf", kNow}}, {{"iat", kNow}}}, exact);
  expect_refusals({{{{"exp", kNow}}, "exp"}, {{{"nbf", kNow + 1}}, "nbf"}, {{{"iat", kNow + 1}}, "iat"}},
                  exact);
}

TEST(ClaimsCheck, KeepsTheDistantFutureWithinWhatATimeCanHold) {
  const auto subject = check(with({{"exp", 253402300799}}));
  ASSERT_TRUE(subject);
}

TEST(ClaimsCheck, InsistsOnASubject) {
  expect_passes({{{"sub", std::string(255, 'a')}}});
  OidcSettings named = test::settings();
  named.identity_claim = "name";
  const std::vector<Case> cases = {
      {{{"sub", kGone}, {"name", "alice"}}, "sub"},
      {{{"sub", ""}, {"name", "alice"}}, "sub"},
      {{{"sub", 5}, {"name", "alice"}}, "sub"},
      {{{"sub", nullptr}, {"name", "alice"}}, "sub"},
      {{{"sub", std::string(256, 'a')}, {"name", "alice"}}, "sub"},
      {{{"sub", "a\nb"}, {"name", "alice"}}, "sub"},
  };
  expect_refusals(cases, named);
}

TEST(ClaimsCheck, InsistsOnAnIdentityThatMayBeOne) {
  OidcSettings named = test::settings();
  named.identity_claim = "https://example.com/chat name";
  const std::string claim = named.identity_claim;
  expect_passes({{{claim, "alice"}}, {{claim, std::string(256, 'a')}}}, named);
  expect_refusals(
      {
          {json::object(), "https://example.com/chat name is missing"},
          {{{claim, 5}}, "chat name is missing or not a text"},
          {{{claim, nullptr}}, "chat name is missing or not a text"},
          {{{claim, json::array({"alice"})}}, "chat name is missing or not a text"},
          {{{claim, ""}}, "cannot be an identity"},
          {{{claim, "system"}}, "cannot be an identity"},
          {{{claim, "al\tice"}}, "cannot be an identity"},
          {{{claim, "US0123456789abcdef0123456789abcdef"}}, "cannot be an identity"},
          {{{claim, std::string(257, 'a')}}, "cannot be an identity"},
      },
      named);
}

TEST(ClaimsCheck, TakesAnAddressAsIdentityOnlyIfTheIssuerHasVerifiedIt) {
  const struct {
    const char* claim;
    const char* proof;
  } cases[] = {{"email", "email_verified"}, {"phone_number", "phone_number_verified"}};
  for (const auto& c : cases) {
    OidcSettings settings = test::settings();
    settings.identity_claim = c.claim;
    expect_passes({{{c.claim, "a@example.com"}, {c.proof, true}}}, settings);
    expect_passes({{{c.claim, "a@example.com"}, {c.proof, "true"}}}, settings);
    expect_refusals(
        {
            {{{c.claim, "mallory@example.com"}}, c.proof},
            {{{c.claim, "mallory@example.com"}, {c.proof, false}}, c.proof},
            {{{c.claim, "mallory@example.com"}, {c.proof, "false"}}, c.proof},
            {{{c.claim, "mallory@example.com"}, {c.proof, "True"}}, c.proof},
            {{{c.claim, "mallory@example.com"}, {c.proof, ""}}, c.proof},
            {{{c.claim, "mallory@example.com"}, {c.proof, 1}}, c.proof},
        },
        settings);
  }
}

TEST(ClaimsCheck, LetsNoSecurityEventIn) {
  expect_refusals(
      {{{{"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}}, "events"}});
}

TEST(ClaimsCheck, RefusesPayloadsThatAreNoObjectOrSayThingsTwice) {
  const auto now = WallTime(std::chrono::seconds(kNow));
  const auto settings = test::settings();
  EXPECT_TRUE(check_claims(test::payload(), settings, now));
  for (const auto& bad :
       {std::string(), std::string("null"), "[" + test::payload() + "]", test::payload() + "x",
        test::payload() + std::string(1, '\0') + "x", test::payload() + std::string(1, '\0'),
        test::payload() + test::payload(), test::payload(R"("sub":"mallory")"),
        test::payload(R"("iss":"https://mallory.example.com")"), test::payload(R"("\u0073ub":"mallory")"),
        test::payload(R"("a":{"b":1,"b":2})"), test::payload("\"a\":\"\xff\""),
        test::payload("\"a\":" + std::string(2000, '[') + std::string(2000, ']'))}) {
    const auto subject = check_claims(bad, settings, now);
    ASSERT_FALSE(subject) << bad;
    EXPECT_EQ(subject.error().code, Errc::denied);
    EXPECT_THAT(subject.error().message, HasSubstr("payload"));
  }
}

}  // namespace
}  // namespace parley::token_server
