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

/// The key that a token of that `kid` and algorithm is tried with; null if there is none or several.
const PublicKey* only_candidate(const JwkSet& set, const std::optional<std::string>& kid,
                                SignatureAlgorithm algorithm) {
  const auto candidates = set.candidates(kid, algorithm);
  return candidates.size() == 1 ? candidates.front() : nullptr;
}

TEST(JwkSet, FindsKeysByNameAndAlgorithm) {
  const auto set = JwkSet::parse(jwks(rsa_key().jwk("a") + "," + ec_key().jwk("b")));
  ASSERT_TRUE(set) << set.error().to_string();
  const auto* rsa = only_candidate(*set, "a", kRs256);
  ASSERT_TRUE(rsa);
  EXPECT_TRUE(rsa->has_signed(test::rsa_token("a")));
  EXPECT_FALSE(rsa->has_signed(test::rsa_token("a", test::TestKey::rsa())));
  const auto* ec = only_candidate(*set, "b", kEs256);
  ASSERT_TRUE(ec);
  EXPECT_TRUE(ec->has_signed(test::ec_token("b")));
  EXPECT_TRUE(set->candidates("a", kEs256).empty());
  EXPECT_TRUE(set->candidates("c", kRs256).empty());
  EXPECT_TRUE(set->candidates("A", kRs256).empty());
  EXPECT_TRUE(set->candidates("", kRs256).empty());
  EXPECT_TRUE(set->has("a"));
  EXPECT_FALSE(set->has(""));
  EXPECT_TRUE(set->skipped().empty());
}

TEST(JwkSet, TriesTheLikeliestKeysFirst) {
  const auto named = test::TestKey::ec(), nameless = test::TestKey::ec(), other = test::TestKey::ec();
  const auto set = JwkSet::parse(jwks(other.jwk("other") + "," + with(nameless, R"("use":"sig")") + "," +
                                      named.jwk("a") + "," + rsa_key().jwk("a")));
  ASSERT_TRUE(set);
  const auto signers = [&](const std::optional<std::string>& kid) {
    std::string order;
    for (const auto* key : set->candidates(kid, kEs256))
      for (const auto& [name, pair] :
           {std::pair{"named ", &named}, {"nameless ", &nameless}, {"other ", &other}})
        if (key->has_signed(test::ec_token("x", *pair))) order += name;
    return order;
  };
  EXPECT_EQ(signers("a"), "named nameless ");
  EXPECT_EQ(signers("unknown"), "nameless ");
  EXPECT_EQ(signers(std::nullopt), "nameless other named ") << "every key of the algorithm";
}

TEST(JwkSet, TriesABoundedNumberOfKeys) {
  std::string keys = with(ec_key(), R"("use":"sig")");
  for (std::size_t i = 1; i < JwkSet::kMaxCandidates; ++i) keys += "," + ec_key().jwk("same");
  EXPECT_EQ(JwkSet::parse(jwks(keys))->candidates(std::nullopt, kEs256).size(), JwkSet::kMaxCandidates);
  keys += "," + ec_key().jwk("same");
  for (const auto& kid : {std::optional<std::string>(), std::optional<std::string>("same")})
    EXPECT_EQ(JwkSet::parse(jwks(keys))->candidates(kid, kEs256).size(), JwkSet::kMaxCandidates);
}

TEST(JwkSet, AcceptsKeysThatSayLittleOrMore) {
  for (const auto& more :
       {std::string(R"("kid":"a")"), std::string(R"("kid":"a","alg":"RS256")"),
        std::string(R"("kid":"a","use":"sig","key_ops":["verify"],"x5t":"x","x5c":["AA"],"ext":true)")}) {
    const auto set = JwkSet::parse(jwks(with(rsa_key(), more)));
    ASSERT_TRUE(set);
    EXPECT_TRUE(only_candidate(*set, "a", kRs256)) << more;
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
    EXPECT_TRUE(set->candidates(std::nullopt, kRs256).empty());
    EXPECT_TRUE(only_candidate(*set, "good", kEs256));
    ASSERT_EQ(set->skipped().size(), 1u);
    EXPECT_EQ(set->skipped()[0].find("key 1"), 0u) << set->skipped()[0];
  }
}

TEST(JwkSet, SaysWhichKeyIsLeftOutAndWhy) {
  const std::string keys[] = {
      ec_key().jwk("good"),
      with(rsa_key(), R"("kid":"a","use":"enc")"),
      with(rsa_key(), R"("kid":"b","alg":"RS512")"),
      test::TestKey::rsa(1024).jwk("c"),
      with(rsa_key(), R"("kid":"d","d":"AQ")"),
      with(rsa_key(), R"("kid":"two\nlines","key_ops":["encrypt"])"),
      R"({"kty":"oct","k":"c2VjcmV0"})",
      with(rsa_key(), R"("kid":7)"),
      "5",
  };
  std::string all;
  for (const auto& key : keys) all += (all.empty() ? "" : ",") + key;
  const std::vector<std::string> expected = {
      R"(key 2 (kid "a"): use is not sig)",
      R"(key 3 (kid "b"): alg is not RS256)",
      R"(key 4 (kid "c"): key: expected an RSA modulus of 2048 to 8192 bits)",
      R"(key 5 (kid "d"): d: its private half is published)",
      "key 6: key_ops does not have verify",
      "key 7: kty is neither RSA nor EC",
      "key 8: kid is not a text of 1 to 256 bytes",
      "key 9: it is no JSON object",
  };
  EXPECT_EQ(JwkSet::parse(jwks(all))->skipped(), expected);
}

TEST(JwkSet, TriesBothOfTwoKeysOfOneNameAndType) {
  const auto other = test::TestKey::ec();
  const auto set = JwkSet::parse(jwks(ec_key().jwk("a") + "," + other.jwk("a") + "," + rsa_key().jwk("a")));
  ASSERT_TRUE(set);
  const auto candidates = set->candidates("a", kEs256);
  ASSERT_EQ(candidates.size(), 2u);
  EXPECT_TRUE(candidates[0]->has_signed(test::ec_token("a")));
  EXPECT_TRUE(candidates[1]->has_signed(test::ec_token("a", other)));
  EXPECT_TRUE(only_candidate(*set, "a", kRs256)) << "of another type";
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
