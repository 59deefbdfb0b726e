// Issuers across a reload of the token server: tests/unit/token_server has the rest of Authenticator.
#include "tests/unit/token_oidc/issuer_fixture.hpp"
#include "tests/unit/token_server/samples.hpp"
#include "token_server/callers/authenticator.hpp"

namespace parley::token_server::test {
namespace {

using CallerOutcome = std::optional<Result<Authenticator::CallerPtr>>;

class AuthenticatorReloadTest : public IssuerFixture {
 protected:
  std::unique_ptr<Authenticator> authenticator(const OidcSettings& settings, const Authenticator* before) {
    const auto site = make_site(samples::policy(settings), samples::now());
    auto made = std::make_unique<Authenticator>(loop_.executor(), site.value(), clock_);
    EXPECT_TRUE(made->start());
    made->begin(before);
    return made;
  }

  Result<Authenticator::CallerPtr> ask(Authenticator& authenticator) {
    CallerOutcome outcome;
    authenticator.authenticate(samples::with_key(samples::post("/v1/token", "{}"), ec_token("a")),
                               [&](Result<Authenticator::CallerPtr> caller) { outcome = std::move(caller); });
    if (!loop_.run_until([&] { return outcome.has_value(); })) return Error{.message = "no answer"};
    return *outcome;
  }
};

TEST_F(AuthenticatorReloadTest, KeepsTheKeysOfAnIssuerThatIsDown) {
  open_issuer();
  publish(ec_key().jwk("a"));
  auto first = authenticator(url_settings(), nullptr);
  ASSERT_TRUE(ask(*first)) << ask(*first).error().to_string();
  close_issuer();

  auto second = authenticator(url_settings(), first.get());
  first.reset();
  EXPECT_TRUE(ask(*second));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(AuthenticatorReloadTest, AsksAnIssuerThatIsKnownAgainAtOnce) {
  open_issuer();
  publish(test::TestKey::ec().jwk("other"));
  auto first = authenticator(url_settings(), nullptr);
  ASSERT_FALSE(ask(*first));
  ASSERT_FALSE(ask(*first)) << "it was searched for";
  const auto before = requests_.size();
  publish(ec_key().jwk("a"));
  EXPECT_FALSE(ask(*first)) << "no second search within a minute";

  auto second = authenticator(url_settings(), first.get());
  ASSERT_TRUE(wait_for_requests(before + 1));
  EXPECT_TRUE(ask(*second));
}

TEST_F(AuthenticatorReloadTest, FetchesAnewForOtherSettings) {
  open_issuer();
  publish(ec_key().jwk("a"));
  auto first = authenticator(url_settings(), nullptr);
  ASSERT_TRUE(ask(*first));
  auto other = url_settings();
  other.algorithms = {"RS256"};
  auto second = authenticator(other, first.get());
  EXPECT_FALSE(ask(*second)) << "ES256 is not allowed any more";
  EXPECT_TRUE(wait_for_requests(2));
}

TEST_F(AuthenticatorReloadTest, AsksTheIssuerForNothingUntilItBegins) {
  open_issuer();
  const auto site = make_site(samples::policy(url_settings()), samples::now());
  Authenticator never_used(loop_.executor(), site.value(), clock_);
  EXPECT_TRUE(never_used.start());
  auto used = authenticator(url_settings(), nullptr);
  ASSERT_TRUE(wait_for_requests(1));
  EXPECT_EQ(requests_.size(), 1u);
}

}  // namespace
}  // namespace parley::token_server::test
