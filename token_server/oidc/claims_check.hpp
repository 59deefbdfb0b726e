#pragma once
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string_view>

#include "token_server/oidc/oidc_verifier.hpp"

namespace parley::token_server {

/// Decides on the payload (JSON) of a token, whose signature is another's matter.
///
/// `iss` is the settings' issuer to the byte; one of `aud` is an audience of ours; with several in the `aud`
/// of an ID token, an `azp` is one of ours too; `exp` is there and not over, `nbf` and `iat` not ahead, each
/// give or take the skew; `sub` is there; the identity claim is a text that may be an identity. An address or
/// number as identity (`email`, `phone_number`) must be a verified one (true, or the text "true"). A security
/// event (`events`) lets nobody in.
///
/// Fails with Errc::denied; the message names the claim and contains nothing of the token.
Result<OidcSubject> check_claims(std::string_view payload, const OidcSettings& settings, WallTime now);

}  // namespace parley::token_server
