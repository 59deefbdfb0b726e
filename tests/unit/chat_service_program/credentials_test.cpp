#include "chat_service/program/credentials.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service {
namespace {

const config::Environment kEmpty = [](const char*) { return std::nullopt; };

TEST(Credentials, AFreshAccountIsWholeAndStays) {
  SeededRandom random(1);
  const auto environment = environment_or_fresh_account(kEmpty, random);
  EXPECT_TRUE(is_sid(*environment("TWILIO_ACCOUNT_SID"), "AC"));
  EXPECT_TRUE(is_sid(*environment("TWILIO_API_KEY"), "SK"));
  EXPECT_TRUE(is_sid(*environment("TWILIO_CHAT_SERVICE_SID"), "IS"));
  EXPECT_EQ(environment("TWILIO_API_SECRET")->size(), 32u);
  EXPECT_EQ(environment("TWILIO_API_SECRET"), environment("TWILIO_API_SECRET"));
  EXPECT_FALSE(environment("HOME"));
}

TEST(Credentials, TwoFreshAccountsHaveNothingInCommon) {
  SecureRandom random;
  const auto one = environment_or_fresh_account(kEmpty, random);
  const auto two = environment_or_fresh_account(kEmpty, random);
  for (const char* name :
       {"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_CHAT_SERVICE_SID"})
    EXPECT_NE(one(name), two(name)) << name;
}

TEST(Credentials, WhoeverNamesAPartOfAnAccountMeansIt) {
  SeededRandom random(1);
  const config::Environment part = [](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "TWILIO_API_KEY") return "SK";
    return std::nullopt;
  };
  EXPECT_TRUE(names_account(part));
  EXPECT_FALSE(environment_or_fresh_account(part, random)("TWILIO_API_SECRET"));
}

}  // namespace
}  // namespace parley::chat_service
