#pragma once
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>

#include "token_server/oidc/jose_header.hpp"
#include "token_server/oidc/jwk_set.hpp"
#include "token_server/oidc/oidc_verifier.hpp"

namespace parley::token_server {

/// A token whose form and claims are right. Until check_signature() anybody may have written it.
struct ForeignToken {
  std::string text;
  JoseHeader header;
  OidcSubject subject;
};

/// Reads and judges everything that needs no key: so that an expired token costs no fetch. Fails with
/// Errc::denied.
Result<ForeignToken> read_foreign_token(std::string text, const OidcSettings& settings, WallTime now);

enum class SignatureCheck {
  good,
  unknown_key,  ///< its `kid` is not in the set: fresher keys may know it
  bad,          ///< no fresher keys would help
};

SignatureCheck check_signature(const ForeignToken& token, const JwkSet& keys);

}  // namespace parley::token_server
