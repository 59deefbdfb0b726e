#include "token_server/oidc/signature.hpp"

#include <gtest/gtest.h>

#include "common/base/encoding.hpp"
#include "tests/unit/token_oidc/samples.hpp"
#include "token_server/oidc/jwk_set.hpp"

namespace parley::token_server {
namespace {

std::string decode(std::string_view text) { return *base64url_decode(text); }

const std::string kPayload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// RFC 7515, appendix A.2.
const std::string kModulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
    "SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
    "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2et"
    "hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const std::string kRs256 =
    "eyJhbGciOiJSUzI1NiJ9." + kPayload +
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdb"
    "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
    "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
    "wlVmtVrBp0igcN_IoypGlUPQGe77Rw";

// RFC 7515, appendix A.3.
const std::string kX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const std::string kY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const std::string kEs256 =
    "eyJhbGciOiJFUzI1NiJ9." + kPayload +
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

void expect_only_this_token_passes(const PublicKey& key, const std::string& token) {
  EXPECT_TRUE(key.has_signed(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(key.has_signed(changed)) << "changed at " << i;
  }
  for (std::size_t size = 0; size < token.size(); ++size)
    EXPECT_FALSE(key.has_signed(token.substr(0, size))) << "cut at " << size;
}

TEST(PublicKey, VerifiesTheRsaExampleOfTheStandardAndNoTokenLikeIt) {
  const auto key = PublicKey::rsa(decode(kModulus), decode("AQAB"));
  ASSERT_TRUE(key) << key.error().to_string();
  EXPECT_EQ(key->algorithm(), SignatureAlgorithm::rs256);
  expect_only_this_token_passes(*key, kRs256);
  EXPECT_FALSE(key->has_signed(kEs256));
}

TEST(PublicKey, VerifiesTheEllipticCurveExampleOfTheStandardAndNoTokenLikeIt) {
  const auto key = PublicKey::p256(decode(kX), decode(kY));
  ASSERT_TRUE(key) << key.error().to_string();
  EXPECT_EQ(key->algorithm(), SignatureAlgorithm::es256);
  expect_only_this_token_passes(*key, kEs256);
  EXPECT_FALSE(key->has_signed(kRs256));
}

TEST(PublicKey, RefusesHalvesThatAreZeroOrNotBelowTheOrder) {
  const auto key = PublicKey::p256(decode(kX), decode(kY));
  const auto dot = kEs256.rfind('.');
  const auto good = decode(std::string_view(kEs256).substr(dot + 1));
  const auto zero = std::string(32, '\0');
  const auto most = std::string(32, '\xff');
  for (const auto& forged : {zero + zero, zero + good.substr(32), good.substr(0, 32) + zero, most + most,
                             most + good.substr(32), good + zero, zero + good, std::string()})
    EXPECT_FALSE(key->has_signed(kEs256.substr(0, dot + 1) + base64url_encode(forged)));
}

TEST(PublicKey, RefusesRsaKeysThatAreWeakOrTooCostly) {
  const auto modulus = decode(kModulus);
  const auto exponent = decode("AQAB");
  EXPECT_TRUE(PublicKey::rsa(std::string(3, '\0') + modulus, exponent)) << "leading zeros count for nothing";
  EXPECT_TRUE(PublicKey::rsa(modulus, "\x03"));
  EXPECT_FALSE(PublicKey::rsa(modulus.substr(1), exponent));
  EXPECT_FALSE(PublicKey::rsa("\x7f" + modulus.substr(1), exponent)) << "2047 bits";
  EXPECT_FALSE(PublicKey::rsa(modulus.substr(0, 255) + "\x02", exponent)) << "even";
  EXPECT_TRUE(PublicKey::rsa("\xff" + std::string(1022, '\x01') + "\x01", exponent)) << "8192 bits";
  EXPECT_FALSE(PublicKey::rsa("\x01" + std::string(1023, '\x01') + "\x01", exponent)) << "8193 bits";
  for (const std::string& bad : {std::string(), std::string(1, '\0'), std::string("\x01"),
                                 std::string("\x02"), std::string(9, '\x01')})
    EXPECT_FALSE(PublicKey::rsa(modulus, bad));
  EXPECT_FALSE(PublicKey::rsa("", exponent));
}

TEST(PublicKey, RefusesPointsThatAreNotOnTheCurve) {
  const auto x = decode(kX);
  const auto y = decode(kY);
  EXPECT_FALSE(PublicKey::p256(y, x));
  EXPECT_FALSE(PublicKey::p256(x, x));
  EXPECT_FALSE(PublicKey::p256(std::string(32, '\0'), std::string(32, '\0')));
  EXPECT_FALSE(PublicKey::p256(x.substr(1), y));
  EXPECT_FALSE(PublicKey::p256(x, '\0' + y));
  EXPECT_FALSE(PublicKey::p256("", ""));
}

TEST(PublicKey, VerifiesNothingUnderAnotherNameOfTheAlgorithm) {
  const auto set = JwkSet::parse(test::jwks(test::rsa_key().jwk("a")));
  ASSERT_TRUE(set);
  const auto candidates = set->candidates("a", SignatureAlgorithm::rs256);
  ASSERT_EQ(candidates.size(), 1u);
  const PublicKey* key = candidates.front();
  const struct {
    const char* name;
    const EVP_MD* digest;
    bool good;
  } cases[] = {{"RS256", EVP_sha256(), true},  {"RS256", EVP_sha384(), false}, {"RS384", EVP_sha384(), false},
               {"RS512", EVP_sha512(), false}, {"RS384", EVP_sha256(), false}, {"PS256", EVP_sha256(), false},
               {"HS256", EVP_sha256(), false}, {"ES256", EVP_sha256(), false}, {"none", EVP_sha256(), false}};
  for (const auto& c : cases) {
    const auto input = test::signing_input(R"({"alg":")" + std::string(c.name) + "\"}", "{}");
    const auto token = input + "." + base64url_encode(test::rsa_key().sign_der(input, c.digest));
    EXPECT_EQ(key->has_signed(token), c.good) << c.name;
  }
}

TEST(SignatureAlgorithm, KnowsTwoNamesAndNoOtherSpelling) {
  EXPECT_EQ(parse_signature_algorithm("RS256"), SignatureAlgorithm::rs256);
  EXPECT_EQ(parse_signature_algorithm("ES256"), SignatureAlgorithm::es256);
  for (const char* name :
       {"", "none", "None", "NONE", "HS256", "RS384", "PS256", "ES256K", "es256", "RS256 "})
    EXPECT_FALSE(parse_signature_algorithm(name)) << name;
}

}  // namespace
}  // namespace parley::token_server
