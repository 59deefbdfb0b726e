#include "chat_sdk/src/login/foreign_text.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace parley::detail {
namespace {

TEST(ForeignText, IsOneCleanLine) {
  EXPECT_EQ(one_line("no\r\nsuch\tuser\n"), "no  such user");
  EXPECT_EQ(one_line("a\x1b[31mb\x00\x7f\xe2\x80\xae"), "a[31mb");
  EXPECT_EQ(one_line("caf\xc3\xa9 \xff"), "caf\xc3\xa9");
  EXPECT_EQ(one_line(""), "");
}

TEST(ForeignText, IsCutAtTheEndOfACharacter) {
  EXPECT_EQ(one_line(std::string(500, 'a')), std::string(500, 'a'));
  EXPECT_EQ(one_line(std::string(501, 'a')), std::string(500, 'a'));
  EXPECT_EQ(one_line(std::string(499, 'a') + "\xc3\xa9"), std::string(499, 'a'));
  EXPECT_EQ(one_line(std::string(10'000'000, 'a')).size(), 500u);
}

TEST(ForeignText, OfALogHasNoTokens) {
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.abc_-123";
  EXPECT_EQ(loggable_line("refused " + token + ", again " + token), "refused (token), again (token)");
  EXPECT_EQ(loggable_line("eyJ is how they begin"), "eyJ is how they begin");
  EXPECT_EQ(loggable_line(std::string(490, 'a') + token).find("eyJ"), std::string::npos) << "cut in a token";
}

TEST(ForeignText, ThatRepeatsASecretIsNoticed) {
  const std::vector<std::string> secrets{"", "abc", "pass\"word"};
  EXPECT_TRUE(repeats_secret(R"(you sent pass"word)", secrets));
  EXPECT_TRUE(repeats_secret(R"({"password":"pass\"word"})", secrets));
  EXPECT_FALSE(repeats_secret("abc and pass word", secrets));
}

template <class T>
std::string text_of(T thrown) {
  try {
    throw thrown;
  } catch (...) {
    return text_of_current_exception();
  }
}

TEST(ForeignText, OfAnExceptionIsItsOwnOrSaysThatThereIsNone) {
  EXPECT_EQ(text_of(std::runtime_error("the keyring\nis locked")), "the keyring is locked");
  EXPECT_EQ(text_of(7), "an exception that is no std::exception");
}

}  // namespace
}  // namespace parley::detail
