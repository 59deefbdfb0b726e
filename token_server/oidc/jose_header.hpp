#pragma once
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "token_server/oidc/signature.hpp"

namespace parley::token_server {

/// The error for a token that is refused, with the reason in words.
Error refuse_foreign_token(std::string_view reason);

/// What a token's header says that we heed. Keys and addresses of keys in it (`jwk`, `jku`, `x5c`, `x5u`) are
/// never looked at: the keys are the issuer's published ones.
struct JoseHeader {
  SignatureAlgorithm algorithm = SignatureAlgorithm::rs256;
  std::optional<std::string> kid{};
};

/// `text` is JSON; `algorithms` are the names that the settings allow. Fails with Errc::denied.
Result<JoseHeader> read_jose_header(std::string_view text, const std::vector<std::string>& algorithms);

}  // namespace parley::token_server
