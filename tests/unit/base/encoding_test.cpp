#include "common/base/encoding.hpp"

#include <gtest/gtest.h>

#include "common/base/crypto.hpp"

namespace parley {
namespace {

TEST(Base64Url, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    const std::string text = base64url_encode(bytes);
    EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
    EXPECT_EQ(base64url_decode(text).value(), bytes);
    bytes += static_cast<char>(i * 37 + 200);
  }
}

TEST(Base64Url, MatchesRfc4648Vectors) {
  EXPECT_EQ(base64url_encode("fooba"), "Zm9vYmE");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
}

TEST(Base64, PadsAndHasTheOldAlphabet) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
}

TEST(Base64Url, RefusesWhatIsNotStrict) {
  for (const char* bad : {"A", "Zm9vYg==", "Zm 9", "Zm+v", "Zm/v", "Zh", "AAAAB"})
    EXPECT_FALSE(base64url_decode(bad)) << bad;
}

TEST(PercentEncoding, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("a#b%c/\xc5\x82~-._"), "a%23b%25c%2F%C5%82~-._");
}

TEST(PercentEncoding, DecodesAndRefusesTruncation) {
  EXPECT_EQ(percent_decode("a%23b%25+").value(), "a#b%+");
  EXPECT_EQ(percent_decode("%e2%82%ac").value(), "\xe2\x82\xac");
  for (const char* bad : {"%", "%2", "a%zz", "%%41"}) EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(Crypto, MatchesRfc4231AndFips180) {
  EXPECT_EQ(hex_encode(as_bytes(hmac(HashAlgorithm::sha256, "Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(as_bytes(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Crypto, ConstantTimeEqualComparesContentAndLength) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

}  // namespace
}  // namespace parley
