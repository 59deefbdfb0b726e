#include "token_server/oidc/foreign_token.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/protocol/token/jwt.hpp"
#include "token_server/oidc/claims_check.hpp"

namespace parley::token_server {

Result<ForeignToken> read_foreign_token(std::string text, const OidcSettings& settings, WallTime now) {
  const auto jwt = token::split_jwt(text);
  if (!jwt)
    return refuse_foreign_token("it is not three base64url parts of at most " +
                                std::to_string(limits::kTokenBytes) + " bytes together");
  auto header = read_jose_header(jwt->header, settings.algorithms);
  if (!header) return header.error();
  auto subject = check_claims(jwt->payload, settings, now);
  if (!subject) return subject.error();
  return ForeignToken{std::move(text), std::move(*header), std::move(*subject)};
}

SignatureCheck check_signature(const ForeignToken& token, const JwkSet& keys) {
  const auto& [algorithm, kid] = token.header;
  for (const PublicKey* key : keys.candidates(kid, algorithm))
    if (key->has_signed(token.text)) return SignatureCheck::good;
  return kid && !keys.has(*kid) ? SignatureCheck::unknown_key : SignatureCheck::bad;
}

std::string unverified_issuer(std::string_view token) {
  const auto jwt = token::split_jwt(token);
  if (!jwt) return {};
  const auto claims = json::parse_unique_object(jwt->payload);
  if (!claims) return {};
  const auto issuer = claims->find("iss");
  if (issuer == claims->end() || !issuer->is_string()) return {};
  return issuer->get<std::string>();
}

}  // namespace parley::token_server
