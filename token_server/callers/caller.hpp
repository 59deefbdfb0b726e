#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::token_server {

enum class CallerKind { development, backend_key, user, oidc };

/// "development", "backend_key", "user" or "oidc".
std::string_view to_string(CallerKind kind);

/// What the callers of one configured entry may have minted.
struct CallerPolicy {
  CallerKind kind = CallerKind::development;
  std::string entry{};  ///< names the entry across restarts: "users", "oidc:https://id.example.com"
  std::chrono::seconds max_ttl{3600};     ///< a request may only shorten it
  std::vector<std::string> accounts{};    ///< names, at least one; the first unless the request names another
  std::vector<std::string> identities{};  ///< patterns that every identity must match; empty: any
};

/// Who asks, proven. Immutable once made.
struct Caller {
  CallerPolicy policy;
  std::string name;        ///< for limits and logs: a key's name, a fingerprint of a person's
  std::string subject{};   ///< a person's name at its authority; kept by its sessions, never logged
  std::string identity{};  ///< the only one it may have; empty: the request names one
  std::vector<std::string> identities{};  ///< patterns for the one the request names; empty: any
  std::optional<unsigned> requests_per_minute{};
};

}  // namespace parley::token_server
