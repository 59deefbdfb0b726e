#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>

#include "common/base/encoding.hpp"
#include "common/protocol/token/explain.hpp"
#include "common/protocol/token/jwt.hpp"
#include "tests/unit/token/golden_spec.hpp"

namespace parley::token {
namespace {

constexpr int kTokens = 6'000;

bool refused_here(const Finding& finding) {
  return finding.severity == Severity::refused &&
         (finding.who == Party::chat_service || finding.who == Party::twilio_and_chat_service);
}

int first_code(const Explanation& explanation) {
  const auto& findings = explanation.findings;
  const auto first = std::find_if(findings.begin(), findings.end(), refused_here);
  return first == findings.end() ? 0 : first->code;
}

// explain() lets the verifier correct it; here it must have been right by itself: a correction repeats the
// dictionary's words or leaves a warning with a number.
bool was_corrected(const Explanation& explanation) {
  return std::any_of(explanation.findings.begin(), explanation.findings.end(), [](const Finding& finding) {
    return finding.text.starts_with("Invalid Access Token") || finding.text.starts_with("Access Token") ||
           (finding.severity == Severity::warning && finding.code != 0);
  });
}

void expect_agreement(const std::string& pasted, const KeyRing& keys, const VerifyPolicy& policy,
                      WallTime now) {
  const auto explanation = explain(pasted, keys, policy, now);
  const auto verdict = verify(unwrap(pasted).token, keys, policy, now);
  EXPECT_EQ(first_code(explanation), verdict ? 0 : verdict.error().server_code) << pasted;
  EXPECT_FALSE(was_corrected(explanation)) << pasted;
  const auto& findings = explanation.findings;
  EXPECT_TRUE(verdict || std::any_of(findings.begin(), findings.end(), refused_here)) << pasted;
}

/// Tokens that are good, or wrong in one or several ways, from one seed.
class Tokens {
 public:
  explicit Tokens(unsigned seed) : chance_(seed) {}

  std::string next() {
    std::string token = make_jwt(one_of<Algorithm>({Algorithm::hs256, Algorithm::hs384}),
                                 seldom() ? "wrong" : samples::kSecret, header(), payload());
    if (seldom()) mutate(token);
    return token;
  }

  std::size_t below(std::size_t bound) { return chance_() % bound; }

  void mutate(std::string& token) {
    for (std::size_t times = 1 + below(3); times-- > 0 && !token.empty();) {
      const std::size_t at = below(token.size());
      switch (below(4)) {
        case 0:
          token[at] = static_cast<char>(chance_());
          break;
        case 1:
          token.erase(at, 1 + below(token.size() - at));
          break;
        case 2:
          token.insert(at, one_of<std::string>({"=", ".", "+", " ", "\n", "A", "\"", "{", "Bearer "}));
          break;
        default:
          token[at] = static_cast<char>(token[at] ^ 1);
      }
    }
  }

 private:
  bool seldom() { return below(8) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }
  // Mostly the first.
  std::string mostly(std::initializer_list<std::string> values) {
    return seldom() ? one_of(values) : *values.begin();
  }

  std::string moment() {
    return std::to_string(samples::kNow + static_cast<std::int64_t>(below(200'000)) - 100'000);
  }
  std::string strange() {
    return one_of<std::string>({"null", "true", "-1", "1e300", "1735693200000", "\"x\"", "[]", "{}", "3600.5",
                                "0", "\"\"", "18446744073709551615"});
  }

  std::string header() {
    return "{\"alg\":" + mostly({"\"HS256\"", "\"HS384\"", "\"none\"", "\"RS256\"", strange()}) +
           ",\"typ\":" + mostly({"\"JWT\"", "\"jwt\"", strange()}) +
           ",\"cty\":" + mostly({"\"twilio-fpa;v=1\"", "\"twilio-fpa;v=2\"", strange()}) +
           mostly({"", ",\"twr\":\"ie1\"", ",\"twr\":1", ",\"kid\":\"../x\"", ",\"alg\":\"HS256\""}) + "}";
  }

  std::string chat() {
    return "{\"service_sid\":" +
           mostly({"\"" + samples::kService + "\"", "\"IS0000000000000000000000000000000f\"", "\"x\"",
                   strange()}) +
           mostly({"", ",\"push_credential_sid\":" + strange(), ",\"deployment_role_sid\":\"RL1\""}) + "}";
  }
  std::string grants() {
    return "{\"identity\":" + mostly({"\"alice\"", "\"system\"", "\"a\\u0001\"", strange()}) +
           mostly({",\"chat\":" + chat(), "", ",\"ip_messaging\":" + chat(), ",\"chat\":" + strange(),
                   ",\"chat\":" + chat() + ",\"ip_messaging\":" + strange(),
                   ",\"chat\":" + chat() + ",\"video\":{},\"x\":1"}) +
           "}";
  }
  std::string payload() {
    const std::string now = std::to_string(samples::kNow);
    const std::string later = std::to_string(samples::kNow + 3600);
    const std::string key = "\"" + samples::kKeySid + "\"";
    const std::string account = "\"" + samples::kAccount + "\"";
    return "{\"jti\":" + mostly({"\"x\"", strange()}) + ",\"iss\":" +
           mostly({key, account, "\"SK0000000000000000000000000000000f\"", "\"https://x\"", strange()}) +
           ",\"sub\":" + mostly({account, key, "\"AC0000000000000000000000000000000f\"", strange()}) +
           mostly({",\"iat\":" + now, ",\"iat\":" + moment(), "", ",\"iat\":" + strange()}) +
           mostly({",\"exp\":" + later, ",\"exp\":" + moment(), "", ",\"exp\":" + strange()}) +
           mostly({"", ",\"nbf\":" + now, ",\"nbf\":" + moment(), ",\"nbf\":" + strange()}) +
           ",\"grants\":" + mostly({grants(), strange()}) + "}";
  }

  std::mt19937 chance_;
};

VerifyPolicy policy_number(std::size_t number) {
  VerifyPolicy policy = samples::policy();
  if (number % 2) policy.algorithms = {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512};
  if (number % 4 >= 2) policy.check_identity = false;
  if (number % 8 >= 4) policy.max_life = std::chrono::seconds(600);
  return policy;
}

TEST(ExplainProperty, AgreesWithTheVerifierAboutEveryToken) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  Tokens tokens(seed);
  const KeyRing keys(samples::key());
  for (int i = 0; i < kTokens && !testing::Test::HasFailure(); ++i)
    expect_agreement(tokens.next(), keys, policy_number(tokens.below(8)), samples::now());
}

TEST(ExplainProperty, AgreesWithTheVerifierAboutGoldenTokensAtEveryMoment) {
  const KeyRing keys(samples::key());
  for (int number = 1; number <= 8; ++number) {
    const auto vector = samples::golden(number);
    const std::string token = vector["token"];
    for (std::int64_t seconds : {-100'000, -11, -10, 0, 119, 120, 3599, 3600, 86'400, 100'000})
      expect_agreement(token, keys, policy_number(number),
                       samples::at(vector["now"].get<std::int64_t>() + seconds));
  }
}

TEST(ExplainProperty, AgreesWithTheVerifierAboutDamagedGoldenTokens) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  Tokens tokens(seed);
  const KeyRing keys(samples::key());
  for (int number = 1; number <= 8; ++number)
    for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
      const auto vector = samples::golden(number);
      std::string token = vector["token"];
      tokens.mutate(token);
      expect_agreement(token, keys, samples::policy(), samples::at(vector["now"]));
    }
}

// What explain() says without keys is what it says with them, but for issuer and signature.
TEST(ExplainProperty, FindsTheRestWithoutKeysToo) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  Tokens tokens(seed);
  for (int i = 0; i < kTokens / 4 && !testing::Test::HasFailure(); ++i) {
    const std::string token = tokens.next();
    const int code = first_code(explain(token, KeyRing(), samples::policy(), samples::now()));
    const auto verdict =
        verify(unwrap(token).token, KeyRing(samples::key()), samples::policy(), samples::now());
    if (code != 0) {
      ASSERT_FALSE(verdict) << token;
      const int said = verdict.error().server_code;
      EXPECT_TRUE(said == code || said == 20103 || said == 20107) << token;
    }
  }
}

}  // namespace
}  // namespace parley::token
