#include "common/base/sid.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"

namespace parley {
namespace {

TEST(Sid, AcceptsPrefixAndLowerHexOnly) {
  EXPECT_TRUE(is_sid("AC0123456789abcdef0123456789abcdef", "AC"));
  for (const char* bad :
       {"AC0123456789abcdef0123456789abcde", "AC0123456789abcdef0123456789abcdef0",
        "SK0123456789abcdef0123456789abcdef", "AC0123456789ABCDEF0123456789abcdef", "AC", ""})
    EXPECT_FALSE(is_sid(bad, "AC")) << bad;
}

TEST(Sid, MadeOnesAreValidAndDiffer) {
  SeededRandom random(7);
  const auto first = make_sid("CH", random);
  EXPECT_TRUE(is_sid(first, "CH"));
  EXPECT_NE(first, make_sid("CH", random));
}

TEST(Random, SameSeedSameBytes) {
  SeededRandom a(42), b(42), c(43);
  EXPECT_EQ(random_hex(a, 16), random_hex(b, 16));
  EXPECT_NE(random_hex(a, 16), random_hex(c, 16));
}

TEST(Random, UuidsAreVersionFour) {
  SecureRandom random;
  const auto uuid = random_uuid(random);
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

}  // namespace
}  // namespace parley
