#include "token_server/minting/minting.hpp"

#include <algorithm>

#include "token_server/callers/identity_pattern.hpp"

namespace parley::token_server {
namespace {

Error refuse(int status, std::string message) {
  return {.code = status == 400 ? Errc::invalid_argument : Errc::forbidden,
          .message = std::move(message),
          .http_status = status};
}

Result<void> permit_identity(const Caller& caller, const std::string& identity) {
  if (!caller.identity.empty() && identity != caller.identity)
    return refuse(403, "identity: expected the caller's own, or none");
  if (identity.empty()) return refuse(400, "identity: expected a string that is not empty");
  if (!matches_any(caller.policy.identities, identity) || !matches_any(caller.identities, identity))
    return refuse(403, "identity: this caller may not have tokens for it");
  return {};
}

std::chrono::seconds life(const CallerPolicy& policy, std::optional<std::chrono::seconds> wanted) {
  const auto shortest = std::min(kShortestLife, policy.max_ttl);
  return std::clamp(wanted.value_or(policy.max_ttl), shortest, policy.max_ttl);
}

}  // namespace

Result<TokenWish> permit(const Caller& caller, TokenWish wish) {
  if (wish.identity.empty()) wish.identity = caller.identity;
  if (auto allowed = permit_identity(caller, wish.identity); !allowed) return allowed.error();
  auto account = choose_account(caller.policy, std::move(wish.account));
  if (!account) return account.error();
  wish.account = std::move(*account);
  return {boost::system::in_place_value, std::move(wish)};
}

Result<std::string> choose_account(const CallerPolicy& policy, std::string wanted) {
  const auto& allowed = policy.accounts;
  if (wanted.empty()) return allowed.front();
  if (std::find(allowed.begin(), allowed.end(), wanted) == allowed.end())
    return refuse(403, "account: this caller may not have tokens of it");
  return {boost::system::in_place_value, std::move(wanted)};
}

Result<MintedToken> mint(const CallerPolicy& policy, const TokenWish& wish, const Accounts& accounts,
                         WallTime now) {
  const auto account = accounts.find(wish.account);
  if (account == accounts.end()) return refuse(503, "account: it is not served any more");
  const auto ttl = life(policy, wish.ttl);
  auto token = account->second.minter.mint(wish.identity, ttl, now, wish.endpoint_id);
  if (!token) return refuse(500, "the token could not be made");
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  return MintedToken{.token = std::move(*token),
                     .token_id = token::token_id(account->second.options.key, now),
                     .identity = wish.identity,
                     .account = wish.account,
                     .ttl = ttl,
                     .expires_at = (issued_at + ttl).time_since_epoch().count()};
}

}  // namespace parley::token_server
