#include "common/base/crypto.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <random>
#include <thread>
#include <vector>

#include "common/base/encoding.hpp"
#include "common/base/sha256.hpp"

namespace parley {
namespace {

std::string hex(std::string_view bytes) { return hex_encode(as_bytes(bytes)); }

struct Vector {
  const char* name;
  std::string key, data, sha256, sha384, sha512;
};

// RFC 4231, test cases 1, 2, 3 and 7.
const Vector kVectors[] = {
    {"short key", std::string(20, '\x0b'), "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914"
     "eeb"
     "61f1702e696c203a126854"},
    {"key shorter than the digest", "Jefe", "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a"
     "34d"
     "4a6b4b636e070a38bce737"},
    {"data longer than a digest", std::string(20, '\xaa'), std::string(50, '\xdd'),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a33"
     "7be"
     "e8942674278859e13292fb"},
    {"key and data longer than a block", std::string(131, '\xaa'),
     "This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
     "be "
     "hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
     "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
     "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676f"
     "b6d"
     "e0446065c97440fa8c6a58"},
};

TEST(HmacKey, GivesThePublishedAnswers) {
  for (const auto& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    EXPECT_EQ(hex(HmacKey(HashAlgorithm::sha256, vector.key).sign(vector.data)), vector.sha256);
    EXPECT_EQ(hex(HmacKey(HashAlgorithm::sha384, vector.key).sign(vector.data)), vector.sha384);
    EXPECT_EQ(hex(HmacKey(HashAlgorithm::sha512, vector.key).sign(vector.data)), vector.sha512);
    EXPECT_EQ(hex(hmac(HashAlgorithm::sha256, vector.key, vector.data)), vector.sha256);
  }
}

std::string of_openssl(const EVP_MD* digest, std::string_view key, std::string_view data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), as_bytes(data).data(), data.size(), out, &length);
  return {reinterpret_cast<char*>(out), length};
}

TEST(HmacKey, AgreesWithTheLibraryForKeysAndTextsOfEveryLength) {
  const std::pair<HashAlgorithm, const EVP_MD*> digests[] = {{HashAlgorithm::sha256, EVP_sha256()},
                                                             {HashAlgorithm::sha384, EVP_sha384()},
                                                             {HashAlgorithm::sha512, EVP_sha512()}};
  std::mt19937 chance(1);
  std::string bytes(300, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(chance());
  for (const auto& [algorithm, digest] : digests)
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
      const std::string_view key = std::string_view(bytes).substr(0, length);
      const std::string_view data = std::string_view(bytes).substr(length);
      ASSERT_EQ(HmacKey(algorithm, key).sign(data), of_openssl(digest, key, data)) << length;
    }
}

TEST(HmacKey, SignsInSeveralThreadsAtOnceAndAfterItsOriginalIsGone) {
  auto original = std::make_unique<HmacKey>(HashAlgorithm::sha256, kVectors[1].key);
  const HmacKey key = *original;
  original.reset();
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (auto& count : wrong)
      threads.emplace_back([&key, &count] {
        for (int i = 0; i < 2000; ++i) count += hex(key.sign(kVectors[1].data)) != kVectors[1].sha256;
      });
  }
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(Sha256, GivesThePublishedAnswers) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameInPieces) {
  std::string text;
  Sha256 pieces;
  for (int i = 0; i < 200; ++i) {
    const std::string piece(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    pieces.add(piece);
    text += piece;
  }
  EXPECT_EQ(pieces.finish_hex(), sha256_hex(text));
  EXPECT_EQ(Sha256().finish_hex(), sha256_hex(""));
}

TEST(ConstantTimeEqual, ComparesLengthAndBytes) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "abcd"));
}

}  // namespace
}  // namespace parley
