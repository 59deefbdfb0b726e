#include <gtest/gtest.h>

#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "tests/unit/token_oidc/samples.hpp"

namespace parley::token_server {
namespace {

using test::signing_input;

TEST(UnverifiedIssuer, IsReadFromAnyTokenWhateverItsSignature) {
  EXPECT_EQ(unverified_issuer(test::ec_token("e")), test::kIssuer);
  EXPECT_EQ(unverified_issuer(signing_input("x", R"({"iss":"a"})") + "."), "a");
}

TEST(UnverifiedIssuer, IsEmptyWhereThereIsNone) {
  const std::string cases[] = {
      "",
      ".",
      "..",
      "...",
      "a.b.c",
      std::string(3, '\0'),
      "\xff\xff.\xff.\xff",
      signing_input("{}", R"({"iss":"a"})"),
      signing_input("{}", R"({"iss":"a"})") + ".=",
      signing_input("{}", R"({"iss":5})") + ".",
      signing_input("{}", R"({"iss":null})") + ".",
      signing_input("{}", R"({"iss":"a","iss":"b"})") + ".",
      signing_input("{}", R"(["iss"])") + ".",
      signing_input("{}", "{\"iss\":\"\xff\"}") + ".",
      signing_input("{}", std::string(3000, '[')) + ".",
      signing_input("{}", R"({"iss":"a","b":1e999999})") + ".",
      std::string(limits::kTokenBytes + 1, 'a'),
      std::string(10'000'000, '.'),
  };
  for (const auto& token : cases) EXPECT_EQ(unverified_issuer(token), "") << token.substr(0, 80);
}

}  // namespace
}  // namespace parley::token_server
