#pragma once
#include <chrono>
#include <optional>
#include <parley/error.hpp>

#include "common/base/http.hpp"
#include "token_server/oidc/jwk_set.hpp"

namespace parley::token_server {

/// What an issuer answered: its keys, and for how long it says they are good.
struct FetchedKeys {
  JwkSet keys;
  std::optional<std::chrono::seconds> max_age{};
};

/// Fails with Errc::server_error on any status but 200, else as JwkSet::parse(). The set may be without a key
/// that we can use.
Result<FetchedKeys> read_jwks_answer(const http::Response& response);

/// `max-age` of Cache-Control (RFC 9111 §5.2.2.1), zero with `no-store` or `no-cache`; nothing if none of
/// them is said or the number is none. At most ten years.
std::optional<std::chrono::seconds> max_age_of(const http::Fields& headers);

}  // namespace parley::token_server
