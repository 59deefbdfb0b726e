#include "token_server/oidc/jwk_set.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"
#include "tests/unit/token_oidc/samples.hpp"

namespace parley::token_server {
namespace {

using test::ec_key;
using test::jwks;
using test::rsa_key;

constexpr auto kRs256 = SignatureAlgorithm::rs256;
constexpr auto kEs256 = SignatureAlgorithm::es256;

/// A JWK of this key's numbers with `more` members.
std::string with(const test::TestKey& key, const std::string& more) {
  return "{" + key.numbers() + "," + more + "}";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(JwkSet, FindsKeysByNameAndAlgorithm) {
  const auto set = JwkSet::parse(jwks(rsa_key().jwk("a") + "," + ec_key().jwk("b")));
  ASSERT_TRUE(set) << set.error().to_string();
  ASSERT_TRUE(set->find("a", kRs256));
  EXPECT_TRUE(set->find("a", kRs256)->has_signed(test::rsa_token("a")));
  EXPECT_FALSE(set->find("a", kRs256)->has_signed(test::rsa_token("a", test::TestKey::rsa())));
  ASSERT_TRUE(set->find("b", kEs256));
  EXPECT_TRUE(set->find("b", kEs256)->has_signed(test::ec_token("b")));
  EXPECT_FALSE(set->find("a", kEs256));
  EXPECT_FALSE(set->find("c", kRs256));
  EXPECT_FALSE(set->find("A", kRs256));
  EXPECT_TRUE(set->has("a"));
  EXPECT_FALSE(set->has(""));
}

TEST(JwkSet, HasAnOnlyKeyPerAlgorithmIfThereIsOne) {
  const auto one = JwkSet::parse(jwks(with(rsa_key(), R"("use":"sig")") + "," + ec_key().jwk("b")));
  ASSERT_TRUE(one);
  EXPECT_TRUE(one->only(kRs256));
  EXPECT_TRUE(one->only(kEs256));
  EXPECT_FALSE(one->find("", kRs256)) << "a key without a name has no name to be found by";
  const auto two = JwkSet::parse(jwks(rsa_key().jwk("a") + "," + rsa_key().jwk("b")));
  EXPECT_FALSE(two->only(kRs256));
  EXPECT_FALSE(two->only(kEs256));
}

TEST(JwkSet, AcceptsKeysThatSayLittleOrMore) {
  for (const auto& more :
       {std::string(R"("kid":"a")"), std::string(R"("kid":"a","alg":"RS256")"),
        std::string(R"("kid":"a","use":"sig","key_ops":["verify"],"x5t":"x","x5c":["AA"],"ext":true)")}) {
    const auto set = JwkSet::parse(jwks(with(rsa_key(), more)));
    ASSERT_TRUE(set);
    EXPECT_TRUE(set->find("a", kRs256)) << more;
  }
}

TEST(JwkSet, LeavesOutKeysThatAreNotForThis) {
  const std::string cases[] = {
      with(rsa_key(), R"("kid":"a","use":"enc")"),
      with(rsa_key(), R"("kid":"a","use":null)"),
      with(rsa_key(), R"("kid":"a","use":"sig","alg":"RS512")"),
      with(rsa_key(), R"("kid":"a","alg":"PS256")"),
      with(rsa_key(), R"("kid":"a","alg":"ES256")"),
      with(rsa_key(), R"("kid":"a","alg":"HS256")"),
      with(rsa_key(), R"("kid":"a","alg":["RS256"])"),
      with(rsa_key(), R"("kid":"a","key_ops":["encrypt"])"),
      with(rsa_key(), R"("kid":"a","key_ops":"verify")"),
      with(rsa_key(), R"("kid":"a","d":"AQ")"),
      with(rsa_key(), R"("kid":7)"),
      with(rsa_key(), R"("kid":"")"),
      with(rsa_key(), R"("kid":")" + std::string(limits::kKeyIdBytes + 1, 'a') + "\""),
      with(ec_key(), R"("kid":"a","alg":"ES384")"),
      with(ec_key(), R"("kid":"a","use":"enc")"),
      test::TestKey::rsa(1024).jwk("a"),
      test::TestKey::ec("P-384").jwk("a"),
      "{" + replaced(ec_key().numbers(), "P-256", "secp256k1") + R"(,"kid":"a"})",
      "{" + replaced(ec_key().numbers(), R"("crv":"P-256",)", "") + R"(,"kid":"a"})",
      R"({"kty":"oct","k":"c2VjcmV0","kid":"a"})",
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"})",
      R"({"kty":"RSA","n":"!!","e":"AQAB","kid":"a"})",
      R"({"kty":"RSA","e":"AQAB","kid":"a"})",
      R"({"kty":"RSA","n":5,"e":"AQAB","kid":"a"})",
      R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"a"})",
      R"({"kty":"rsa","kid":"a"})",
      R"({"kid":"a"})",
      "{}",
      "[]",
      "5",
      "null",
  };
  for (const auto& jwk : cases) {
    SCOPED_TRACE(jwk);
    const auto set = JwkSet::parse(jwks(jwk + "," + ec_key().jwk("good")));
    ASSERT_TRUE(set);
    EXPECT_FALSE(set->has("a"));
    EXPECT_FALSE(set->only(kRs256));
    EXPECT_TRUE(set->find("good", kEs256));
  }
}

TEST(JwkSet, FindsTheFirstOfTwoKeysOfOneNameAndType) {
  const auto other = test::TestKey::ec();
  const auto set = JwkSet::parse(jwks(ec_key().jwk("a") + "," + other.jwk("a") + "," + rsa_key().jwk("a")));
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->find("a", kEs256)->has_signed(test::ec_token("a")));
  EXPECT_FALSE(set->find("a", kEs256)->has_signed(test::ec_token("a", other)));
  EXPECT_TRUE(set->find("a", kRs256)) << "of another type";
  EXPECT_FALSE(set->only(kEs256));
}

TEST(JwkSet, RefusesTextThatIsNoSet) {
  for (const char* bad : {"", "{", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":[]}x)",
                          R"({"keys":[],"keys":[]})", R"({"keys":[{"kid":"a","kid":"b"}]})",
                          "<html>Service Unavailable</html>"}) {
    const auto set = JwkSet::parse(bad);
    ASSERT_FALSE(set) << bad;
    EXPECT_EQ(set.error().code, Errc::protocol_error) << bad;
  }
}

TEST(JwkSet, BoundsBytesAndCount) {
  const auto padded = [](std::size_t size) {
    std::string text = R"({"keys":[]})";
    return text + std::string(size - text.size(), ' ');
  };
  EXPECT_TRUE(JwkSet::parse(padded(limits::kJwksBytes)));
  EXPECT_EQ(JwkSet::parse(padded(limits::kJwksBytes + 1)).error().code, Errc::limit_exceeded);

  const auto many = [](std::size_t count) {
    std::string keys = "{}";
    for (std::size_t i = 1; i < count; ++i) keys += ",{}";
    return jwks(keys);
  };
  EXPECT_TRUE(JwkSet::parse(many(limits::kJwksKeys)));
  EXPECT_EQ(JwkSet::parse(many(limits::kJwksKeys + 1)).error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace parley::token_server
