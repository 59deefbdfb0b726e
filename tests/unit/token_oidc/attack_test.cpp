#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "tests/unit/token_oidc/file_fixture.hpp"

namespace parley::token_server::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The attacks of RFC 8725 and the like, against a set with an RSA key "r" and an EC key "e".
class OidcAttackTest : public FileFixture {
 protected:
  void SetUp() override {
    const auto started = start(jwks(rsa_key().jwk("r") + "," + ec_key().jwk("e")));
    ASSERT_TRUE(started) << started.error().to_string();
  }

  struct Case {
    const char* name;
    std::string token;
    const char* reason;  ///< a part of the message
  };

  void expect_refusals(const std::vector<Case>& cases) {
    for (const auto& c : cases) {
      SCOPED_TRACE(c.name);
      const auto subject = verify(c.token);
      ASSERT_FALSE(subject);
      EXPECT_EQ(subject.error().code, Errc::denied);
      EXPECT_THAT(subject.error().message, HasSubstr(c.reason));
      EXPECT_THAT(subject.error().message, Not(HasSubstr("alice")));
      if (c.token.size() > 20) {
        EXPECT_THAT(subject.error().message, Not(HasSubstr(c.token.substr(0, 20))));
      }
    }
  }
};

/// Signed with the RSA key whatever the header says.
std::string with_header(const std::string& header) { return make_token(rsa_key(), header, payload()); }

std::string hs256(const std::string& secret, const std::string& kid) {
  const auto input = signing_input(header("HS256", kid), payload());
  return input + "." + base64url_encode(hmac(HashAlgorithm::sha256, secret, input));
}

std::string with_signature(const std::string& token, const std::string& signature) {
  return token.substr(0, token.rfind('.') + 1) + base64url_encode(signature);
}

std::string part(const std::string& token, int index) {
  std::size_t from = 0;
  for (; index > 0; --index) from = token.find('.', from) + 1;
  return token.substr(from, token.find('.', from) - from);
}

TEST_F(OidcAttackTest, GoodTokensPass) {
  const std::string good[] = {
      rsa_token("r"),
      ec_token("e"),
      with_header(R"({"alg":"RS256"})"),
      make_token(ec_key(), R"({"alg":"ES256"})", payload()),
      with_header(R"({"alg":"RS256","typ":"jwt","kid":"r"})"),
      with_header(R"({"typ":"at+JWT","kid":"r","alg":"RS256","x5t":"abc"})"),
      with_header(R"({"alg":"RS256","typ":"application/at+jwt","kid":"r"})"),
  };
  for (const auto& token : good) {
    const auto subject = verify(token);
    ASSERT_TRUE(subject) << subject.error().to_string();
    EXPECT_EQ(subject->identity, "alice");
  }
}

TEST_F(OidcAttackTest, NoAlgorithmInAnySpelling) {
  std::vector<Case> cases;
  for (const char* none : {"none", "None", "NONE", "nOnE", "none ", "", "\\u006eone", "n\\u006fne"}) {
    const auto input = signing_input(header(none, "r"), payload());
    cases.push_back({none, input + ".", "alg"});
    cases.push_back({none, with_signature(rsa_token("r"), ""), "signature"});
    cases.push_back({none, input + "." + part(rsa_token("r"), 2), "alg"});
  }
  expect_refusals(cases);
}

TEST_F(OidcAttackTest, SymmetricSignaturesWithThePublicKeyAsSecret) {
  const auto jwk = rsa_key().jwk("r");
  expect_refusals({
      {"PEM", hs256(rsa_key().public_pem(), "r"), "alg"},
      {"PEM without the last line end",
       hs256(rsa_key().public_pem().substr(0, rsa_key().public_pem().size() - 1), "r"), "alg"},
      {"DER", hs256(rsa_key().public_der(), "r"), "alg"},
      {"JWK", hs256(jwk, "r"), "alg"},
      {"EC PEM", hs256(ec_key().public_pem(), "e"), "alg"},
      {"empty secret", hs256("", "r"), "alg"},
  });
}

TEST_F(OidcAttackTest, AlgorithmsThatAreNotTheKeys) {
  expect_refusals({
      {"ES256 with the RSA key's name", make_token(ec_key(), header("ES256", "r"), payload()), "signature"},
      {"RS256 with the EC key's name", make_token(rsa_key(), header("RS256", "e"), payload()), "signature"},
      {"an EC signature called RS256", make_token(ec_key(), header("RS256", "r"), payload()), "signature"},
      {"an RSA signature called ES256", make_token(rsa_key(), header("ES256", "e"), payload()), "signature"},
      {"RS384", with_header(header("RS384", "r")), "alg"},
      {"RS512", with_header(header("RS512", "r")), "alg"},
      {"PS256", with_header(header("PS256", "r")), "alg"},
      {"ES384", make_token(ec_key(), header("ES384", "e"), payload()), "alg"},
      {"EdDSA", with_header(header("EdDSA", "r")), "alg"},
      {"lower case", with_header(header("rs256", "r")), "alg"},
      {"a list", with_header(R"({"alg":["RS256"],"kid":"r"})"), "alg"},
      {"null", with_header(R"({"alg":null,"kid":"r"})"), "alg"},
      {"none at all", with_header(R"({"kid":"r"})"), "alg"},
  });
}

TEST_F(OidcAttackTest, AlgorithmsThatTheSettingsDoNotList) {
  auto only_es = settings();
  only_es.algorithms = {"ES256"};
  ASSERT_TRUE(start(jwks(rsa_key().jwk("r") + "," + ec_key().jwk("e")), only_es));
  EXPECT_TRUE(verify(ec_token("e")));
  expect_refusals({{"RS256", rsa_token("r"), "alg"}});
  only_es.algorithms = {"HS256", "none", "RS512"};
  ASSERT_TRUE(start(jwks(rsa_key().jwk("r")), only_es));
  expect_refusals({{"RS256", rsa_token("r"), "alg"},
                   {"HS256", hs256(rsa_key().public_pem(), "r"), "alg"},
                   {"none", signing_input(header("none", "r"), payload()) + ".", "alg"}});
}

TEST_F(OidcAttackTest, NamesOfKeysThatAreNotInTheSet) {
  const auto named = [](const std::string& kid) {
    return with_header(R"({"alg":"RS256","kid":)" + kid + "}");
  };
  expect_refusals({
      {"unknown", named(R"("x")"), "kid names no key"},
      {"a path", named(R"("../../../../dev/null")"), "kid names no key"},
      {"SQL", named(R"("r' UNION SELECT 'secret';--")"), "kid names no key"},
      {"a shell", named(R"("r|/bin/true")"), "kid names no key"},
      {"a URL", named(R"("https://mallory.example.com/key")"), "kid names no key"},
      {"a zero byte", named("\"r\\u0000\""), "kid names no key"},
      {"white space", named(R"(" r")"), "kid names no key"},
      {"long", named("\"" + std::string(limits::kKeyIdBytes, 'r') + "\""), "kid names no key"},
      {"very long", named("\"" + std::string(limits::kKeyIdBytes + 1, 'r') + "\""), "kid is"},
      {"empty", named(R"("")"), "kid is"},
      {"a number", named("7"), "kid is not a text"},
      {"null", named("null"), "kid is not a text"},
      {"a list", named(R"(["r"])"), "kid is not a text"},
  });
}

TEST_F(OidcAttackTest, KeysThatTheTokenBrings) {
  const auto mallory = TestKey::ec();
  const auto forged = [&](const std::string& more) {
    return make_token(mallory, R"({"alg":"ES256","typ":"JWT",)" + more + "}", payload());
  };
  const auto jwk = R"("jwk":)" + mallory.jwk("e");
  expect_refusals({
      {"jwk", forged(jwk), "signature"},
      {"jwk under the name of a good key", forged(jwk + R"(,"kid":"e")"), "signature"},
      {"jwk under its own name", forged(R"("jwk":)" + mallory.jwk("m") + R"(,"kid":"m")"),
       "kid names no key"},
      {"jku", forged(R"("jku":"https://mallory.example.com/jwks","kid":"e")"), "signature"},
      {"jku on loopback", forged(R"("jku":"http://127.0.0.1:1/","kid":"m")"), "kid names no key"},
      {"x5u", forged(R"("x5u":"https://mallory.example.com/c.pem","kid":"e")"), "signature"},
      {"x5c", forged(R"("x5c":["MIIB"],"kid":"e")"), "signature"},
  });
  EXPECT_TRUE(verify(make_token(ec_key(), R"({"alg":"ES256","kid":"e",)" + jwk + "}", payload())))
      << "what is not looked at does not harm a good token";
}

TEST_F(OidcAttackTest, HeadersThatAskForMore) {
  expect_refusals({
      {"crit", with_header(R"({"alg":"RS256","kid":"r","crit":["exp"],"exp":1})"), "crit"},
      {"crit b64", with_header(R"({"alg":"RS256","kid":"r","crit":["b64"],"b64":false})"), "crit"},
      {"crit empty", with_header(R"({"alg":"RS256","kid":"r","crit":[]})"), "crit"},
      {"crit null", with_header(R"({"alg":"RS256","kid":"r","crit":null})"), "crit"},
      {"a logout token", with_header(R"({"alg":"RS256","kid":"r","typ":"logout+jwt"})"), "typ"},
      {"a security event", with_header(R"({"alg":"RS256","kid":"r","typ":"secevent+jwt"})"), "typ"},
      {"a proof of possession", with_header(R"({"alg":"RS256","kid":"r","typ":"dpop+jwt"})"), "typ"},
      {"typ empty", with_header(R"({"alg":"RS256","kid":"r","typ":""})"), "typ"},
      {"typ null", with_header(R"({"alg":"RS256","kid":"r","typ":null})"), "typ"},
      {"typ a list", with_header(R"({"alg":"RS256","kid":"r","typ":["JWT"]})"), "typ"},
      {"alg twice", with_header(R"({"alg":"none","kid":"r","alg":"RS256"})"), "header"},
      {"kid twice", with_header(R"({"alg":"RS256","kid":"x","kid":"r"})"), "header"},
      {"alg twice, once escaped", with_header(R"({"alg":"RS256","\u0061lg":"none","kid":"r"})"), "header"},
      {"not JSON", with_header("RS256"), "header"},
      {"a list", with_header(R"([{"alg":"RS256"}])"), "header"},
      {"more behind", with_header(header("RS256", "r") + "x"), "header"},
      {"not UTF-8", with_header("{\"alg\":\"RS256\",\"kid\":\"r\",\"a\":\"\xff\"}"), "header"},
      {"a zero byte behind", with_header(header("RS256", "r") + std::string(1, '\0')), "header"},
  });
}

TEST_F(OidcAttackTest, SignaturesThatAreNone) {
  const auto input = signing_input(header("ES256", "e"), payload());
  const auto rsa = rsa_token("r");
  const auto raw = ec_key().sign(input);
  const auto zero = std::string(32, '\0');
  const auto forged = [&](const std::string& signature) { return input + "." + base64url_encode(signature); };
  expect_refusals({
      {"RSA, empty", with_signature(rsa, ""), "signature"},
      {"RSA, zero", with_signature(rsa, std::string(256, '\0')), "signature"},
      {"RSA, one", with_signature(rsa, std::string(255, '\0') + "\x01"), "signature"},
      {"RSA, a leading zero more", with_signature(rsa, '\0' + rsa_key().sign(rsa.substr(0, rsa.rfind('.')))),
       "signature"},
      {"EC, empty", forged(""), "signature"},
      {"EC in ASN.1", forged(ec_key().sign_der(input)), "signature"},
      {"EC, r zero", forged(zero + raw.substr(32)), "signature"},
      {"EC, s zero", forged(raw.substr(0, 32) + zero), "signature"},
      {"EC, both zero", forged(zero + zero), "signature"},
      {"EC, halves swapped", forged(raw.substr(32) + raw.substr(0, 32)), "signature"},
      {"EC, halves padded", forged('\0' + raw.substr(0, 32) + '\0' + raw.substr(32)), "signature"},
      {"EC, one byte short", forged(raw.substr(0, 63)), "signature"},
      {"EC, one byte more", forged(raw + "x"), "signature"},
      {"of another key", make_token(TestKey::ec(), header("ES256", "e"), payload()), "signature"},
      {"of another token", with_signature(rsa, rsa_key().sign("other")), "signature"},
  });
}

TEST_F(OidcAttackTest, PartsThatWereChanged) {
  const auto good = rsa_token("r");
  const auto head = part(good, 0);
  const auto body = part(good, 1);
  const auto seal = part(good, 2);
  const auto other = base64url_encode(payload(R"("admin":true)"));
  expect_refusals({
      {"another payload", head + "." + other + "." + seal, "signature"},
      {"another header", base64url_encode(R"({"alg":"RS256","kid":"r"})") + "." + body + "." + seal,
       "signature"},
      {"header and payload swapped", body + "." + head + "." + seal, "alg is not a text"},
      {"payload and signature swapped", head + "." + seal + "." + body, "payload"},
      {"one part", head, "three"},
      {"two parts", head + "." + body, "three"},
      {"four parts", good + "." + seal, "three"},
      {"five parts, as encrypted ones", head + "." + body + "." + seal + "." + seal + "." + seal, "three"},
      {"a dot behind", good + ".", "three"},
      {"a dot before", "." + good, "three"},
      {"two dots", head + ".." + body + "." + seal, "three"},
      {"only dots", "..", "header"},
      {"empty", "", "three"},
      {"no header", "." + body + "." + seal, "header"},
      {"no payload", head + ".." + seal, "payload"},
      {"padding", good + "=", "three"},
      {"padding in the header", head + "=." + body + "." + seal, "three"},
      {"a line end", good + "\n", "three"},
      {"a blank before", " " + good, "three"},
      {"a zero byte behind", good + std::string(1, '\0'), "three"},
      {"another alphabet", head + "." + body + ".+/" + seal.substr(2), "three"},
      {"percent-encoded", head + "%2E" + body + "." + seal, "three"},
      {"the JSON form", R"({"payload":")" + body + R"(","signature":")" + seal + "\"}", "three"},
      {"with its scheme", "Bearer " + good, "three"},
  });
}

TEST_F(OidcAttackTest, StrayBitsInTheLastCharacter) {
  const auto good = ec_token("e");
  ASSERT_TRUE(verify(good));
  // 64 bytes leave four bits of the last character unused: fifteen more texts for the same bytes.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int accepted = 0;
  for (const char c : alphabet) accepted += verify(good.substr(0, good.size() - 1) + c).has_value();
  EXPECT_EQ(accepted, 1);
}

TEST_F(OidcAttackTest, BoundsTheLengthOfAToken) {
  const auto padded = [](std::size_t filler) {
    return make_token(ec_key(), header("ES256", "e"), payload("\"a\":\"" + std::string(filler, 'x') + "\""));
  };
  std::size_t filler = 5000;
  while (padded(filler + 1).size() <= limits::kTokenBytes) ++filler;
  EXPECT_TRUE(verify(padded(filler)));
  expect_refusals({{"too long", padded(filler + 3), "three"},
                   {"a megabyte", std::string(1024 * 1024, 'a'), "three"},
                   {"a megabyte of dots", std::string(1024 * 1024, '.'), "three"}});
}

TEST_F(OidcAttackTest, TokensOfTheSameIssuerForOthers) {
  const auto claims = [](const std::string& issuer, const std::string& audience) {
    return make_token(rsa_key(), header("RS256", "r"),
                      R"({"iss":")" + issuer + R"(","aud":")" + audience + R"(","sub":"alice","exp":)" +
                          std::to_string(kNow + 60) + "}");
  };
  EXPECT_TRUE(verify(claims(kIssuer, "chat")));
  expect_refusals({{"another audience", claims(kIssuer, "shop"), "aud"},
                   {"another issuer with our key", claims("https://mallory.example.com", "chat"), "iss"}});
}

TEST_F(OidcAttackTest, TokensWithoutTheNameOfAKeyAreTriedWithEachOfTheirType) {
  const auto nameless = with_header(R"({"alg":"RS256"})");
  EXPECT_TRUE(verify(nameless));
  ASSERT_TRUE(start(jwks(TestKey::rsa().jwk("s") + "," + rsa_key().jwk("r"))));
  EXPECT_TRUE(verify(nameless)) << "the second is its own";
  expect_refusals(
      {{"of a key that is not there", make_token(TestKey::rsa(), R"({"alg":"RS256"})", payload()),
        "signature"},
       {"no key of its type", make_token(ec_key(), R"({"alg":"ES256"})", payload()), "signature"}});
  EXPECT_TRUE(verify(rsa_token("r")));
  expect_refusals({{"another key's name", rsa_token("s"), "signature"}});
}

TEST_F(OidcAttackTest, TokensWithANameAreTriedWithTheKeysThatHaveNone) {
  ASSERT_TRUE(start(jwks(TestKey::ec().jwk("other") + ",{" + ec_key().numbers() + "}")));
  EXPECT_TRUE(verify(ec_token("whatever")));
  EXPECT_TRUE(verify(ec_token("other"))) << "its own key is not the one of that name";
  expect_refusals({{"of another key", ec_token("whatever", TestKey::ec()), "kid names no key"}});
}

TEST_F(OidcAttackTest, TokensThatExpireWhileTheServerRuns) {
  const auto token = ec_token("e");
  clock_.pass(std::chrono::seconds(629));
  EXPECT_TRUE(verify(token)) << "within the skew";
  clock_.pass(std::chrono::seconds(1));
  expect_refusals({{"expired", token, "exp is over"}});
}

}  // namespace
}  // namespace parley::token_server::test
