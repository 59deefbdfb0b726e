#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>

#include "token_server/callers/caller.hpp"
#include "token_server/minting/account.hpp"

namespace parley::token_server {

using Accounts = std::map<std::string, Account, std::less<>>;

/// What a request asks for. Empty or absent: the caller's default.
struct TokenWish {
  std::string identity{};
  std::optional<std::chrono::seconds> ttl{};
  std::string account{};
  std::string endpoint_id{};
};

struct MintedToken {
  std::string token;
  std::string token_id;  ///< `jti`
  std::string identity;
  std::string account;  ///< its name
  std::chrono::seconds ttl{};
  std::int64_t expires_at = 0;  ///< seconds since 1970
};

/// The shortest life that a client can work with: it wants a new token three minutes before the end.
inline constexpr std::chrono::seconds kShortestLife{180};

/// Who the token is for and which account it is of: the part of a wish that a session keeps.
///
/// Fails with http_status 400 if nobody is named, and 403 if the caller may not have that identity or
/// account.
Result<TokenWish> permit(const Caller& caller, TokenWish wish);

/// The account a session will be of: the wanted one, or the caller's first. Fails as permit() does.
Result<std::string> choose_account(const CallerPolicy& policy, std::string wanted);

/// Mints what permit() let through. A longer life than the caller's policy allows is cut to it, one under
/// kShortestLife is stretched to that (or to the policy, if it is shorter still).
///
/// Fails with http_status 503 if the account is not configured any more, and 500 if the token cannot be made.
Result<MintedToken> mint(const CallerPolicy& policy, const TokenWish& wish, const Accounts& accounts,
                         WallTime now);

}  // namespace parley::token_server
