#include "common/base/limits.hpp"
#include "tests/unit/token_oidc/file_fixture.hpp"

namespace parley::token_server::test {
namespace {

using testing::HasSubstr;

class OidcKeyFileTest : public FileFixture {
 protected:
  void expect_refused(const Result<void>& started, const char* reason) {
    ASSERT_FALSE(started) << reason;
    EXPECT_EQ(started.error().code, Errc::invalid_config);
    EXPECT_THAT(started.error().message, HasSubstr(reason));
  }
};

TEST_F(OidcKeyFileTest, VerifiesWithTheKeysOfTheFile) {
  ASSERT_TRUE(start(jwks(rsa_key().jwk("a") + "," + ec_key().jwk("b"))));
  EXPECT_TRUE(verify(rsa_token("a")));
  EXPECT_TRUE(verify(ec_token("b")));
  EXPECT_EQ(verifier_->settings().issuer, kIssuer);
  EXPECT_EQ(verify(ec_token("c")).error().code, Errc::denied) << "there is nowhere to look for more";
}

TEST_F(OidcKeyFileTest, NeverTiresOfAFile) {
  ASSERT_TRUE(start(jwks(ec_key().jwk("b"))));
  clock_.pass(std::chrono::hours(100'000));
  const auto late = R"({"iss":")" + kIssuer + R"(","aud":"chat","sub":"alice","exp":)" +
                    std::to_string(kNow + 360'000'600) + "}";
  EXPECT_TRUE(verify(make_token(ec_key(), header("ES256", "b"), late)));
}

TEST_F(OidcKeyFileTest, RefusesToStartWithoutUsableKeys) {
  expect_refused(start(""), "jwks_file: JWKS");
  expect_refused(start("{}"), "jwks_file: JWKS: keys: expected an array");
  expect_refused(start(jwks("")), "jwks_file: no public key");
  expect_refused(start(jwks(TestKey::rsa(1024).jwk("a"))), "jwks_file: no public key");
  expect_refused(start(jwks(ec_key().jwk("b")) + std::string(limits::kJwksBytes, ' ')),
                 "jwks_file: it has more than");
}

TEST_F(OidcKeyFileTest, VerifiesNothingIfItWasNotStarted) {
  EXPECT_FALSE(start(""));
  EXPECT_EQ(verify(ec_token("b")).error().code, Errc::denied);
}

TEST_F(OidcKeyFileTest, RefusesSettingsThatLeaveTheSourceOpen) {
  const auto start_with = [&](OidcSettings changed) {
    return OidcVerifier(context_.get_executor(), std::move(changed), clock_).start();
  };
  OidcSettings changed = settings();
  expect_refused(start_with(changed), "jwks_file, jwks_url");
  changed.jwks_file = "/nowhere/at/all";
  expect_refused(start_with(changed), "jwks_file: there is no such file");
  changed.jwks_file = "/dev/null";
  expect_refused(start_with(changed), "jwks_file: it is no regular file");
  changed.jwks_file = "/";
  expect_refused(start_with(changed), "jwks_file: it is a directory");
  changed.jwks_url = "https://id.example.com/keys";
  expect_refused(start_with(changed), "jwks_file, jwks_url");
  changed.jwks_file = "";
  changed.jwks_ca_file = "/nowhere/at/all";
  expect_refused(start_with(changed), "jwks_ca_file: there is no such file");
  changed.jwks_ca_file = "/dev/null";
  expect_refused(start_with(changed), "jwks_ca_file: it is no regular file");
  changed.jwks_ca_file = "";
  for (const char* bad : {"http://id.example.com/keys", "http://127.0.0.1.example.com/", "ftp://localhost/",
                          "ws://127.0.0.1/", "wss://id.example.com/", "id.example.com", "/keys"}) {
    SCOPED_TRACE(bad);
    changed.jwks_url = bad;
    expect_refused(start_with(changed), "jwks_url");
  }
}

}  // namespace
}  // namespace parley::token_server::test
