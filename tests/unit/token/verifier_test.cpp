#include "common/protocol/token/verifier.hpp"

#include <gmock/gmock.h>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/protocol/token/jwt.hpp"
#include "tests/unit/token/samples.hpp"

namespace parley::token {
namespace {

using samples::kNow;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGoodHeader = R"({"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"})";
const std::string kGoodGrants =
    R"("grants":{"identity":"alice","chat":{"service_sid":")" + samples::kService + "\"}}";
const std::string kGoodIssuer = R"("iss":")" + samples::kKeySid + R"(","sub":")" + samples::kAccount + "\"";

std::string times(std::int64_t iat, std::int64_t exp) {
  return "\"iat\":" + std::to_string(iat) + ",\"exp\":" + std::to_string(exp);
}
const std::string kGoodTimes = times(kNow, kNow + 3600);

std::string payload(const std::string& issuer, const std::string& time, const std::string& grants) {
  return "{" + issuer + "," + time + "," + grants + "}";
}
std::string signed_token(std::string_view header, std::string_view payload) {
  return make_jwt(Algorithm::hs256, samples::kSecret, header, payload);
}
std::string with_header(std::string_view header) {
  return signed_token(header, payload(kGoodIssuer, kGoodTimes, kGoodGrants));
}
std::string with_issuer(const std::string& issuer) {
  return signed_token(kGoodHeader, payload(issuer, kGoodTimes, kGoodGrants));
}
std::string with_times(const std::string& time) {
  return signed_token(kGoodHeader, payload(kGoodIssuer, time, kGoodGrants));
}
std::string with_grants(const std::string& grants) {
  return signed_token(kGoodHeader, payload(kGoodIssuer, kGoodTimes, grants));
}

Result<Claims> check(std::string_view token, VerifyPolicy policy = samples::policy()) {
  return verify(token, KeyRing(samples::key()), policy, samples::now());
}

TEST(Verifier, ReadsEveryClaimOfAGoodToken) {
  TokenSpec spec = samples::spec("Алиса");
  spec.not_before = samples::now() - std::chrono::seconds(5);
  spec.grants = {ChatGrant{samples::kService, "desk:1", "RL1", "CR1"}};
  const auto claims = check(*mint(samples::key(), spec, samples::now()));
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->identity, "Алиса");
  EXPECT_EQ(claims->account_sid, samples::kAccount);
  EXPECT_EQ(claims->key_sid, samples::kKeySid);
  EXPECT_EQ(claims->token_id, samples::kKeySid + "-1735689600");
  EXPECT_EQ(claims->service_sid, samples::kService);
  EXPECT_EQ(claims->endpoint_id, "desk:1");
  EXPECT_EQ(claims->role_sid, "RL1");
  EXPECT_EQ(claims->push_credential_sid, "CR1");
  EXPECT_EQ(claims->issued_at, samples::now());
  EXPECT_EQ(claims->expires_at, samples::now() + kDefaultLife);
  EXPECT_EQ(claims->not_before, samples::now() - std::chrono::seconds(5));
}

TEST(Verifier, AcceptsTheOldNameOfTheChatGrant) {
  const auto claims = check(with_grants(R"("grants":{"identity":"alice","ip_messaging":{"service_sid":")" +
                                        samples::kService + "\"}}"));
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->service_sid, samples::kService);
}

TEST(Verifier, DoesNotCareAboutTheOrderOfMembersOrUnknownOnes) {
  const auto claims =
      check(signed_token(R"({"kid":"x","cty":"twilio-fpa;v=1","typ":"JWT","alg":"HS256"})",
                         "{" + kGoodTimes + ",\"extra\":[1]," + kGoodIssuer + "," + kGoodGrants + "}"));
  EXPECT_TRUE(claims) << claims.error().to_string();
}

TEST(Verifier, AcceptsOtherAlgorithmsOnlyWhereListed) {
  for (auto algorithm : {Algorithm::hs384, Algorithm::hs512}) {
    TokenSpec spec = samples::spec();
    spec.algorithm = algorithm;
    const auto token = *mint(samples::key(), spec, samples::now());
    EXPECT_EQ(check(token).error().server_code, 20102);
    VerifyPolicy policy = samples::policy();
    policy.algorithms = {Algorithm::hs256, algorithm};
    EXPECT_TRUE(check(token, policy));
  }
}

struct Case {
  const char* name;
  std::string token;
  int server_code;
};

void expect_refusals(const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto claims = check(c.token);
    EXPECT_FALSE(claims);
    if (claims) continue;
    EXPECT_EQ(claims.error().server_code, c.server_code) << claims.error().message;
    EXPECT_THAT(claims.error().message, Not(HasSubstr("alice")));
  }
}

TEST(Verifier, RefusesBrokenStructure) {
  const std::string good = *mint(samples::key(), samples::spec(), samples::now());
  const std::string body = payload(kGoodIssuer, kGoodTimes, kGoodGrants);
  expect_refusals({
      {"empty", "", 20101},
      {"one part", "abc", 20101},
      {"two parts", good.substr(0, good.rfind('.')), 20101},
      {"four parts", good + ".", 20101},
      {"only dots", "..", 20101},
      {"padding", good + "=", 20101},
      {"standard base64 alphabet", "+" + good, 20101},
      {"white space", good + "\n", 20101},
      {"payload no JSON", signed_token(kGoodHeader, "hello"), 20101},
      {"payload an array", signed_token(kGoodHeader, "[]"), 20101},
      {"payload with trailing garbage", signed_token(kGoodHeader, body + "x"), 20101},
      {"payload twice", signed_token(kGoodHeader, body + body), 20101},
      {"payload not UTF-8", signed_token(kGoodHeader, "{\"a\":\"\xff\"}"), 20101},
      {"payload nested too deeply",
       signed_token(kGoodHeader, "{\"a\":" + std::string(3000, '[') + std::string(3000, ']') + "}"), 20101},
      {"issuer named twice", with_issuer(kGoodIssuer + "," + kGoodIssuer), 20101},
      {"identity named twice",
       with_grants(R"("grants":{"identity":"bob","identity":"alice","chat":{"service_sid":")" +
                   samples::kService + "\"}}"),
       20101},
      {"header no JSON", with_header("{"), 20101},
      {"algorithm named twice",
       with_header(R"({"alg":"none","alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20101},
  });
}

TEST(Verifier, BoundsTheLengthOfATokenBeforeItReadsIt) {
  const auto padded = [](std::size_t filler) {
    return with_grants(kGoodGrants + ",\"pad\":\"" + std::string(filler, 'x') + "\"");
  };
  std::size_t filler = 5000;
  while (padded(filler + 1).size() <= limits::kTokenBytes) ++filler;
  EXPECT_TRUE(check(padded(filler)));
  expect_refusals({{"too long", padded(filler + 3), 20101}});
}

TEST(Verifier, RefusesBadHeaders) {
  const std::string none = base64url_encode(R"({"alg":"none","typ":"JWT","cty":"twilio-fpa;v=1"})") + "." +
                           base64url_encode(payload(kGoodIssuer, kGoodTimes, kGoodGrants)) + ".";
  expect_refusals({
      {"alg none, no signature", none, 20102},
      {"alg none, signed", with_header(R"({"alg":"none","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102},
      {"alg in lower case", with_header(R"({"alg":"hs256","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102},
      {"alg RS256", with_header(R"({"alg":"RS256","typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102},
      {"alg not a text", with_header(R"({"alg":["HS256"],"typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102},
      {"no alg", with_header(R"({"typ":"JWT","cty":"twilio-fpa;v=1"})"), 20102},
      {"no typ", with_header(R"({"alg":"HS256","cty":"twilio-fpa;v=1"})"), 20102},
      {"no cty", with_header(R"({"alg":"HS256","typ":"JWT"})"), 20102},
      {"another cty", with_header(R"({"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=2"})"), 20102},
  });
}

TEST(Verifier, RefusesUnknownIssuers) {
  const auto issuer = [](const std::string& iss, const std::string& sub) {
    return with_issuer("\"iss\":\"" + iss + "\",\"sub\":\"" + sub + "\"");
  };
  const std::string other_account = "AC0000000000000000000000000000000f";
  expect_refusals({
      {"unknown key", issuer("SK0000000000000000000000000000000f", samples::kAccount), 20103},
      {"another account", issuer(samples::kKeySid, other_account), 20103},
      {"issuer is the account", issuer(samples::kAccount, samples::kAccount), 20103},
      {"no issuer", with_issuer("\"sub\":\"" + samples::kAccount + "\""), 20103},
      {"no subject", with_issuer("\"iss\":\"" + samples::kKeySid + "\""), 20103},
      {"issuer false", with_issuer("\"iss\":false,\"sub\":\"" + samples::kAccount + "\""), 20103},
  });
}

TEST(Verifier, RefusesForeignSignatures) {
  const std::string good = *mint(samples::key(), samples::spec(), samples::now());
  ApiKey forger = samples::key();
  forger.secret = "ffffffffffffffffffffffffffffffff";
  const std::string bob = *mint(samples::key(), samples::spec("bob"), samples::now());
  TokenSpec strong = samples::spec();
  strong.algorithm = Algorithm::hs512;
  const std::string hs512 = *mint(samples::key(), strong, samples::now());
  expect_refusals({
      {"another secret", *mint(forger, samples::spec(), samples::now()), 20107},
      {"no signature", good.substr(0, good.rfind('.') + 1), 20107},
      {"cut signature", good.substr(0, good.size() - 3), 20107},
      {"signature of another token", good.substr(0, good.rfind('.')) + bob.substr(bob.rfind('.')), 20107},
      {"HS512 signature under HS256", good.substr(0, good.rfind('.')) + hs512.substr(hs512.rfind('.')),
       20107},
  });
}

TEST(Verifier, RefusesATokenWithAnyOneBitChanged) {
  const std::string good = *mint(samples::key(), samples::spec(), samples::now());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(check(changed)) << "at " << i;
  }
}

TEST(Verifier, RefusesTimesThatAreOver) {
  expect_refusals({
      {"expires now", with_times(times(kNow - 60, kNow)), 20104},
      {"expired long ago", with_times(times(1, 2)), 20104},
      {"no exp", with_times("\"iat\":1"), 20104},
      {"exp a text", with_times("\"exp\":\"1735693200\""), 20104},
      {"exp null", with_times("\"exp\":null"), 20104},
      {"exp negative", with_times("\"exp\":-1"), 20104},
      {"exp overflows", with_times("\"exp\":1e300"), 20104},
      {"exp in milliseconds", with_times("\"exp\":1735693200000"), 20104},
      {"exp before iat", with_times(times(kNow + 3600, kNow + 60)), 20104},
      {"life starts tomorrow", with_times(times(kNow + 80000, kNow + 90000)), 20104},
      {"iat a text", with_times("\"iat\":\"x\",\"exp\":" + std::to_string(kNow + 60)), 20101},
      {"nbf ahead", with_times(kGoodTimes + ",\"nbf\":" + std::to_string(kNow + 11)), 20105},
      {"nbf a text", with_times(kGoodTimes + ",\"nbf\":\"now\""), 20105},
      {"life over a day", with_times(times(kNow - 10, kNow + 86391)), 20157},
      {"no iat, over a day ahead", with_times("\"exp\":" + std::to_string(kNow + 86401)), 20157},
  });
}

TEST(Verifier, AcceptsTimesAtTheirLimits) {
  for (const auto& time :
       {times(kNow - 60, kNow + 1), times(kNow, kNow + 86400), times(kNow + 10, kNow + 86410),
        kGoodTimes + ",\"nbf\":" + std::to_string(kNow + 10),
        std::string("\"iat\":1735689600.25,\"exp\":1735689700.75")})
    EXPECT_TRUE(check(with_times(time))) << time;
}

TEST(Verifier, SaysThatAnExpiredTokenIsExpiredAndNothingElseIs) {
  const auto expired = check(with_times(times(kNow - 60, kNow - 7)));
  EXPECT_EQ(expired.error().code, Errc::token_expired);
  EXPECT_TRUE(expired.error().retryable());
  EXPECT_EQ(expired.error().message, "Access Token expired or expiration date invalid: it expired 7 s ago");
  const auto never = check(with_times("\"iat\":1"));
  EXPECT_EQ(never.error().code, Errc::invalid_token);
  EXPECT_FALSE(never.error().retryable());
}

TEST(Verifier, RefusesGrantsThatDoNotLetIn) {
  const std::string service = R"("chat":{"service_sid":")" + samples::kService + "\"}";
  const auto grants = [](const std::string& inner) { return with_grants("\"grants\":{" + inner + "}"); };
  expect_refusals({
      {"no grants", with_grants("\"x\":1"), 20106},
      {"grants an array", with_grants("\"grants\":[]"), 20106},
      {"no identity", grants(service), 20106},
      {"identity a number", grants("\"identity\":5," + service), 20106},
      {"identity empty", grants("\"identity\":\"\"," + service), 20106},
      {"identity with a control character", grants("\"identity\":\"a\\u0001\"," + service), 20106},
      {"identity reserved", grants("\"identity\":\"system\"," + service), 20106},
      {"no chat grant", grants("\"identity\":\"alice\""), 20106},
      {"chat grant not an object", grants("\"identity\":\"alice\",\"chat\":true"), 20106},
      {"chat grant without service", grants("\"identity\":\"alice\",\"chat\":{}"), 20106},
      {"another service",
       grants(R"("identity":"alice","chat":{"service_sid":"IS0000000000000000000000000000000f"})"), 20106},
      {"both names of the chat grant", grants("\"identity\":\"alice\"," + service + ",\"ip_messaging\":{}"),
       20106},
  });
}

TEST(Verifier, LeavesIdentityRulesOutWhereThePolicySaysSo) {
  VerifyPolicy policy = samples::policy();
  policy.check_identity = false;
  EXPECT_TRUE(check(*mint(samples::key(), samples::spec("a\x01\t"), samples::now()), policy));
}

TEST(Verifier, AcceptsNoServiceByDefault) {
  const auto claims = check(*mint(samples::key(), samples::spec(), samples::now()), VerifyPolicy{});
  EXPECT_EQ(claims.error().server_code, 20106);
}

// Each token below is wrong in two ways; the earlier check must speak.
TEST(Verifier, ChecksInTheOrderOfTheContract) {
  const std::string bad_issuer = R"("iss":"SK0000000000000000000000000000000f","sub":"x")";
  const std::string expired = times(1, 2);
  const auto forged = [](std::string_view header, const std::string& body) {
    return make_jwt(Algorithm::hs256, "forged", header, body);
  };
  expect_refusals({
      {"structure before header", signed_token("{}", "x"), 20101},
      {"header before issuer", signed_token("{}", payload(bad_issuer, kGoodTimes, kGoodGrants)), 20102},
      {"issuer before signature", forged(kGoodHeader, payload(bad_issuer, kGoodTimes, kGoodGrants)), 20103},
      {"signature before times", forged(kGoodHeader, payload(kGoodIssuer, expired, kGoodGrants)), 20107},
      {"not-before before expiry", with_times(expired + ",\"nbf\":" + std::to_string(kNow + 99)), 20105},
      {"times before grants", signed_token(kGoodHeader, payload(kGoodIssuer, expired, "\"grants\":{}")),
       20104},
  });
}

TEST(KeyRing, ForgetsARevokedKey) {
  KeyRing keys{samples::key()};
  const auto token = *mint(samples::key(), samples::spec(), samples::now());
  EXPECT_TRUE(verify(token, keys, samples::policy(), samples::now()));
  keys.remove(samples::kKeySid);
  EXPECT_EQ(verify(token, keys, samples::policy(), samples::now()).error().server_code, 20103);
}

TEST(KeyRing, NeverVerifiesWithAnEmptySecret) {
  ApiKey empty = samples::key();
  empty.secret = "";
  const auto token =
      make_jwt(Algorithm::hs256, "", kGoodHeader, payload(kGoodIssuer, kGoodTimes, kGoodGrants));
  EXPECT_EQ(verify(token, KeyRing(empty), samples::policy(), samples::now()).error().server_code, 20107);
}

}  // namespace
}  // namespace parley::token
