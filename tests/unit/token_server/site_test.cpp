#include "token_server/site.hpp"

#include <gmock/gmock.h>

#include "tests/unit/token_server/samples.hpp"

namespace parley::token_server {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string problem(const Policy& policy) {
  const auto site = make_site(policy, samples::now());
  if (site) return "none";
  EXPECT_EQ(site.error().code, Errc::invalid_config);
  return site.error().message;
}

TEST(Site, RefusesAPolicyThatCannotWork) {
  const auto good = samples::policy(DevelopmentCallers{});
  EXPECT_EQ(problem(good), "none");

  auto no_callers = good;
  no_callers.callers.clear();
  EXPECT_THAT(problem(no_callers), HasSubstr("callers: expected at least one"));
  auto no_accounts = good;
  no_accounts.accounts.clear();
  EXPECT_THAT(problem(no_accounts), HasSubstr("accounts: expected at least one"));
  auto same_name = good;
  same_name.accounts.push_back(samples::account());
  EXPECT_THAT(problem(same_name), HasSubstr("no name twice"));
  auto unknown_account = good;
  unknown_account.callers[0].accounts = {"third"};
  EXPECT_THAT(problem(unknown_account), HasSubstr("accounts that are configured"));
  auto long_life = good;
  long_life.callers[0].max_ttl = std::chrono::seconds(86401);
  EXPECT_THAT(problem(long_life), HasSubstr("1 to 86400"));
}

TEST(Site, MintsATokenOfEachAccountOnTrial) {
  auto policy = samples::policy(DevelopmentCallers{});
  policy.accounts.push_back(samples::account("second"));
  policy.accounts[1].key.key_sid = "AC00000000000000000000000000000002";
  EXPECT_THAT(problem(policy), testing::AllOf(HasSubstr("second"), HasSubstr("api_key_sid"),
                                              Not(HasSubstr(samples::kSecret))));
  policy.accounts[1] = samples::account("second");
  policy.accounts[1].chat_service_sid = "CH00000000000000000000000000000003";
  EXPECT_THAT(problem(policy), testing::AllOf(HasSubstr("second"), HasSubstr("chat_service_sid")));
  policy.accounts[1] = samples::account("second");
  policy.accounts[1].key.secret.clear();
  EXPECT_THAT(problem(policy), HasSubstr("secret"));
}

TEST(Site, OffersWhatItsCallersNeed) {
  const auto offer_of = [](decltype(CallerOptions::who) who) {
    return make_site(samples::policy(std::move(who)), samples::now()).value()->offer;
  };
  EXPECT_FALSE(offer_of(DevelopmentCallers{}).sessions);
  EXPECT_FALSE(offer_of(BackendKeys{samples::backend()}).sessions);
  EXPECT_TRUE(offer_of(UserCallers{}).users);
  EXPECT_TRUE(offer_of(UserCallers{}).sessions);
  EXPECT_FALSE(offer_of(OidcSettings{.issuer = "https://id.example.com"}).users);
  EXPECT_TRUE(offer_of(OidcSettings{.issuer = "https://id.example.com"}).sessions);
}

TEST(Site, FindsThePolicyOfASession) {
  auto policy = samples::policy(UserCallers{});
  policy.callers.push_back(samples::callers(OidcSettings{.issuer = "https://id.example.com"}));
  const auto site = make_site(policy, samples::now()).value();
  EXPECT_EQ(site->policy_of("users")->kind, CallerKind::user);
  EXPECT_EQ(site->policy_of("oidc:https://id.example.com")->kind, CallerKind::oidc);
  EXPECT_EQ(site->policy_of("oidc:https://other.example.com"), nullptr);
}

}  // namespace
}  // namespace parley::token_server
