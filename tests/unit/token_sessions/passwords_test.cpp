#include "token_server/sessions/passwords.hpp"

#include <gtest/gtest.h>

#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "tests/unit/token_sessions/counted_scrypt.hpp"

namespace parley::token_server {
namespace {

std::string hex(std::string_view bytes) { return hex_encode(as_bytes(bytes)); }

// RFC 7914, 12.
TEST(Scrypt, GivesTheValuesOfItsRfc) {
  EXPECT_EQ(hex(scrypt("", "", {.log2_n = 4, .r = 1, .p = 1}, 64).value()),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  EXPECT_EQ(hex(scrypt("password", "NaCl", {.log2_n = 10, .r = 8, .p = 16}, 64).value()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(hex(scrypt("pleaseletmein", "SodiumChloride", {.log2_n = 14, .r = 8, .p = 1}, 64).value()),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST(Scrypt, RefusesACostThatIsNotPossible) {
  for (const ScryptCost cost : {ScryptCost{0, 8, 1}, ScryptCost{64, 8, 1}, ScryptCost{25, 8, 1},
                                ScryptCost{10, 0, 1}, ScryptCost{10, 1025, 1}, ScryptCost{10, 8, 0}})
    EXPECT_EQ(scrypt("password", "salt", cost, 32).error().code, Errc::invalid_argument);
}

class PasswordsTest : public ::testing::Test {
 protected:
  SecureRandom random_;
  CountedScrypt counted_;
  Passwords passwords_{random_, counted_.function()};
};

TEST_F(PasswordsTest, ARecordDescribesItself) {
  Passwords real(random_);
  const auto record = real.make_record("correct horse").value();
  EXPECT_EQ(record.substr(0, 22), "scrypt$ln=15,r=8,p=1$" + record.substr(21, 1));
  EXPECT_EQ(record.size(), 21u + 22u + 1u + 43u);
  EXPECT_TRUE(real.check("correct horse", record).value().right);
  EXPECT_FALSE(real.check("correct house", record).value().right);
}

TEST_F(PasswordsTest, EachRecordHasItsOwnSalt) {
  EXPECT_NE(passwords_.make_record("same").value(), passwords_.make_record("same").value());
}

TEST_F(PasswordsTest, TheSmallestDifferenceIsOne) {
  const auto record = passwords_.make_record("Password").value();
  for (const char* other : {"password", "Password ", " Password", "Passwor", "", "Password\n"})
    EXPECT_FALSE(passwords_.check(other, record).value().right) << other;
}

TEST_F(PasswordsTest, IsCheckedAtTheCostOfTheRecord) {
  const std::string salt = "$" + base64url_encode(std::string(16, 's')) + "$";
  const auto hash = counted_.function()("secret", std::string(16, 's'), {14, 4, 2}, 32).value();
  const auto check =
      passwords_.check("secret", "scrypt$ln=14,r=4,p=2" + salt + base64url_encode(hash)).value();
  EXPECT_TRUE(check.right);
  EXPECT_TRUE(check.outdated) << "today's work is twice as much";
  EXPECT_EQ(counted_.last_cost().log2_n, 14u);
}

TEST_F(PasswordsTest, OnlyAHigherCostMakesARecordOutdated) {
  Passwords stronger(random_, counted_.function(), {.log2_n = 17});
  const auto strong = stronger.make_record("secret").value();
  EXPECT_FALSE(passwords_.check("secret", strong).value().outdated);
  EXPECT_TRUE(stronger.check("secret", passwords_.make_record("secret").value()).value().outdated);
  EXPECT_FALSE(stronger.check("secret", strong).value().outdated);
}

TEST_F(PasswordsTest, NobodysPasswordTakesTheSameWorkAndIsWrong) {
  const auto check = passwords_.check("secret", "").value();
  EXPECT_FALSE(check.right);
  EXPECT_EQ(counted_.calls(), 1);
  EXPECT_EQ(counted_.last_cost().log2_n, ScryptCost{}.log2_n);
}

TEST_F(PasswordsTest, RefusesRecordsThatAreNone) {
  const std::string salt(22, 'A'), hash(43, 'A');
  const std::string good = "scrypt$ln=15,r=8,p=1$" + salt + "$" + hash;
  ASSERT_TRUE(passwords_.check("x", good));
  const std::string cases[] = {
      "x",
      "secret",
      "bcrypt$ln=15,r=8,p=1$" + salt + "$" + hash,
      "scrypt$ln=15,r=8$" + salt + "$" + hash,
      "scrypt$ln=0,r=8,p=1$" + salt + "$" + hash,
      "scrypt$ln=19,r=8,p=1$" + salt + "$" + hash,  // half a gigabyte
      "scrypt$ln=15,r=9,p=1$" + salt + "$" + hash,
      "scrypt$ln=15,r=8,p=5$" + salt + "$" + hash,
      "scrypt$ln=15,r=8,p=99999999999999999999$" + salt + "$" + hash,
      "scrypt$ln=-1,r=8,p=1$" + salt + "$" + hash,
      "scrypt$ln=15,r=8,p=1$" + salt.substr(1) + "$" + hash,
      "scrypt$ln=15,r=8,p=1$" + salt + "$" + hash.substr(1),
      "scrypt$ln=15,r=8,p=1$" + salt + "$",
      "scrypt$ln=15,r=8,p=1$$" + hash,
      good + "A",
      good + "$",
      good + " ",
      good.substr(0, good.size() - 1) + "!",
  };
  for (const auto& record : cases) {
    SCOPED_TRACE(record);
    const int before = counted_.calls();
    const auto check = passwords_.check("x", record);
    ASSERT_FALSE(check);
    EXPECT_EQ(check.error().code, Errc::storage_error);
    EXPECT_EQ(counted_.calls(), before) << "no work for it";
  }
}

TEST(PasswordRules, AreAboutBytesAndCharacters) {
  struct Case {
    std::string password;
    bool may_be;
    bool good_as_new;
  };
  const Case cases[] = {
      {"", false, false},
      {"x", true, false},
      {"1234567", true, false},
      {"12345678", true, true},
      {"\u0430\u0431\u0432\u0433", true, false},  // eight bytes, four characters
      {"\u0430\u0431\u0432\u0433\u0434\u0435\u0436\u0437", true, true},
      {"with \xff byte", false, false},
      {std::string(1024, 'x'), true, true},
      {std::string(1025, 'x'), false, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.password);
    EXPECT_EQ(may_be_password(c.password), c.may_be);
    const auto fits = check_new_password(c.password);
    EXPECT_EQ(fits.has_value(), c.good_as_new);
    if (!fits) {
      EXPECT_EQ(fits.error().code, Errc::invalid_argument);
    }
  }
}

}  // namespace
}  // namespace parley::token_server
