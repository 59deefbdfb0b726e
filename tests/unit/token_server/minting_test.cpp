#include "token_server/minting/minting.hpp"

#include <gtest/gtest.h>

#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/samples.hpp"
#include "token_server/site.hpp"

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;

Caller caller(std::chrono::seconds max_ttl = 1h) {
  return {.policy = {.kind = CallerKind::backend_key, .max_ttl = max_ttl, .accounts = {"default", "other"}},
          .name = "crm"};
}

int refusal(const Caller& who, TokenWish wish) {
  const auto permitted = permit(who, std::move(wish));
  return permitted ? 200 : permitted.error().http_status;
}

TEST(Permit, ChecksTheIdentityAgainstTheCaller) {
  auto alice = caller();
  alice.identity = "alice";
  EXPECT_EQ(permit(alice, {}).value().identity, "alice");
  EXPECT_EQ(refusal(alice, {.identity = "alice"}), 200);
  EXPECT_EQ(refusal(alice, {.identity = "bob"}), 403);

  auto backend = caller();
  EXPECT_EQ(refusal(backend, {}), 400);
  EXPECT_EQ(refusal(backend, {.identity = "anyone"}), 200);
  backend.identities = {"crm-*", "*@example.com"};
  EXPECT_EQ(refusal(backend, {.identity = "crm-7"}), 200);
  EXPECT_EQ(refusal(backend, {.identity = "bob@example.com"}), 200);
  EXPECT_EQ(refusal(backend, {.identity = "bob"}), 403);
  backend.policy.identities = {"crm-1*"};
  EXPECT_EQ(refusal(backend, {.identity = "crm-1"}), 200);
  EXPECT_EQ(refusal(backend, {.identity = "crm-7"}), 403);
}

TEST(Permit, ChecksTheAccountAgainstTheCaller) {
  EXPECT_EQ(permit(caller(), {.identity = "a"}).value().account, "default");
  EXPECT_EQ(permit(caller(), {.identity = "a", .account = "other"}).value().account, "other");
  EXPECT_EQ(refusal(caller(), {.identity = "a", .account = "third"}), 403);
}

TEST(Mint, ShortensALifeButNeverStretchesTheCallersOwn) {
  const auto site = make_site(samples::policy(DevelopmentCallers{}), samples::now()).value();
  struct Case {
    std::chrono::seconds policy;
    std::optional<std::chrono::seconds> wanted;
    std::chrono::seconds life;
  };
  const Case cases[] = {
      {1h, std::nullopt, 1h},
      {1h, 10min, 10min},
      {1h, 180s, 180s},
      {1h, 179s, 180s},
      {1h, 0s, 180s},
      {1h, -5s, 180s},
      {1h, 1h, 1h},
      {1h, 3601s, 1h},
      {1h, 24h, 1h},
      {1h, 9999999h, 1h},
      {24h, std::nullopt, 24h},
      {60s, 10s, 60s},
      {60s, std::nullopt, 60s},
  };
  for (const auto& c : cases) {
    const CallerPolicy policy{.max_ttl = c.policy, .accounts = {"default"}};
    const auto minted = mint(policy, {.identity = "alice", .ttl = c.wanted, .account = "default"},
                             site->accounts, samples::now());
    ASSERT_TRUE(minted) << minted.error().to_string();
    EXPECT_EQ(minted->ttl, c.life);
    EXPECT_EQ(minted->expires_at, 1'585'699'200 + c.life.count());
    const auto claims = token::verify(minted->token, token::KeyRing(samples::key()),
                                      {.service_sids = {samples::kService}}, samples::now());
    ASSERT_TRUE(claims) << claims.error().to_string();
    EXPECT_EQ(claims->expires_at - claims->issued_at, c.life);
  }
}

TEST(Mint, PutsWhatTheAccountSaysIntoTheToken) {
  auto policy = samples::policy(DevelopmentCallers{});
  policy.accounts[0].push_credential_sid = "CR00000000000000000000000000000005";
  policy.accounts[0].deployment_role_sid = "RL00000000000000000000000000000004";
  policy.accounts[0].region = "ie1";
  policy.accounts[0].other_grants = {token::VideoGrant{.room = "DailyStandup"}};
  const auto site = make_site(policy, samples::now()).value();
  const auto minted = mint({.accounts = {"default"}},
                           {.identity = "alice", .account = "default", .endpoint_id = "desk:alice"},
                           site->accounts, samples::now());
  ASSERT_TRUE(minted) << minted.error().to_string();
  const token::TokenSpec spec{
      .identity = "alice",
      .region = "ie1",
      .grants = {token::ChatGrant{.service_sid = samples::kService,
                                  .endpoint_id = "desk:alice",
                                  .deployment_role_sid = "RL00000000000000000000000000000004",
                                  .push_credential_sid = "CR00000000000000000000000000000005"},
                 token::VideoGrant{.room = "DailyStandup"}}};
  EXPECT_EQ(minted->token, token::mint(samples::key(), spec, samples::now()).value());
}

TEST(Mint, KnowsAccountsThatAreGone) {
  const auto minted =
      mint({.accounts = {"default"}}, {.identity = "alice", .account = "gone"}, {}, samples::now());
  ASSERT_FALSE(minted);
  EXPECT_EQ(minted.error().http_status, 503);
}

}  // namespace
}  // namespace parley::token_server
