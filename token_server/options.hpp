#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/net/tls.hpp"
#include "common/net/url.hpp"
#include "common/protocol/token/access_token.hpp"
#include "token_server/oidc/oidc_verifier.hpp"

/// How a token server is set up. What the program reads from its configuration, and what a program that runs
/// the server inside itself writes down.
namespace parley::token_server {

/// An account, the key that signs its tokens, and what every token of it says.
struct AccountOptions {
  std::string name = "default";
  token::ApiKey key{};
  std::string chat_service_sid{};
  std::string push_credential_sid{};
  std::string deployment_role_sid{};
  std::string region{};
  token::Algorithm algorithm = token::Algorithm::hs256;
  std::vector<token::Grant> other_grants{};  ///< beside chat
};

/// Everyone who can reach the server may be anyone. On loopback only.
struct DevelopmentCallers {};

/// A back end's key: `Authorization: Bearer <key>`.
struct BackendKey {
  std::string name;
  std::string sha256;                     ///< of the key's text, 64 lower-case hex digits
  std::vector<std::string> identities{};  ///< patterns with `*`; empty: any
  std::optional<unsigned> requests_per_minute{};
};
using BackendKeys = std::vector<BackendKey>;

/// People with names and passwords, kept in the database.
struct UserCallers {};

/// One way in.
struct CallerOptions {
  std::optional<std::chrono::seconds> max_ttl{};  ///< nothing: TokenServerOptions::ttl
  std::vector<std::string> accounts{};            ///< names; empty: the first account
  std::vector<std::string> identities{};          ///< patterns with `*`; empty: any
  std::variant<DevelopmentCallers, BackendKeys, UserCallers, OidcSettings> who;
};

struct RateOptions {
  unsigned per_minute_and_address = 6'000;  ///< of callers that are not a back end; 0: no limit
  unsigned per_minute_and_identity = 600;   ///< 0: no limit
};

/// What can be exchanged while the server runs: see TokenServer::reload().
struct Policy {
  std::vector<AccountOptions> accounts{};
  std::vector<CallerOptions> callers{};
  std::chrono::seconds ttl = token::kDefaultLife;  ///< 1 s to token::kMaxLife; the program's floor is 180 s
  std::vector<std::string> allowed_origins{};      ///< of web pages, "https://app.example.com"
  std::vector<std::string> trusted_proxies{};      ///< addresses whose X-Forwarded-For is believed
  bool get_with_password = false;
  RateOptions rates{};
};

struct TokenServerOptions {
  net::ListenAddress listen{"127.0.0.1", 4000};
  std::optional<net::TlsServerOptions> tls{};
  std::optional<net::ListenAddress> metrics_listen{};
  bool metrics_may_fail = false;  ///< an address that cannot be had is told to Surroundings::warn, no more
  std::size_t max_connections = 20'000;
  std::size_t max_connections_per_address = 2'000;
  Policy policy{};

  /// Anyone on this machine gets a token for any identity: for trials, tests and demonstrations.
  static TokenServerOptions development(net::ListenAddress listen, token::ApiKey key,
                                        std::string chat_service_sid,
                                        std::chrono::seconds ttl = token::kDefaultLife);
};

}  // namespace parley::token_server
