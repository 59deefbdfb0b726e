#pragma once
#include <memory>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string_view>
#include <vector>

#include "token_server/callers/backend_keys.hpp"
#include "token_server/minting/minting.hpp"
#include "token_server/options.hpp"

namespace parley::token_server {

/// What a server has beside minting for back ends: it depends on who its callers are.
struct Offer {
  bool users = false;              ///< people with passwords may log in
  bool sessions = false;           ///< there are refresh tokens
  bool query_credentials = false;  ///< also by GET with a password in the query
};

struct TrustedIssuer {
  CallerPolicy policy;
  OidcSettings settings;
};

/// A policy made ready for use. Immutable and shared by all workers; a reload makes a new one.
struct Site {
  Accounts accounts;
  std::shared_ptr<const Caller> development;  ///< null: anonymous callers are refused
  KnownBackends backends;
  std::optional<CallerPolicy> users;
  std::vector<TrustedIssuer> issuers;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> trusted_proxies;
  RateOptions rates;
  Offer offer;

  /// The policy of a session's entry; null if it is not configured any more.
  const CallerPolicy* policy_of(std::string_view entry) const;
};

/// Fails with Errc::invalid_config if there is no account or caller, a caller names an account there is not,
/// or an account cannot mint a token that verifies.
Result<std::shared_ptr<const Site>> make_site(const Policy& policy, WallTime now);

}  // namespace parley::token_server
