#include "common/protocol/token/access_token.hpp"

#include "common/base/sid.hpp"
#include "common/protocol/token/jwt.hpp"
#include "common/protocol/token/payload.hpp"

namespace parley::token {
namespace {

Error expected(std::string_view field, std::string_view what) {
  return {.code = Errc::invalid_argument, .message = std::string(field) + ": expected " + std::string(what)};
}

}  // namespace

Result<void> check_key(const ApiKey& key) {
  if (!is_sid(key.account_sid, "AC")) return expected("account_sid", "\"AC\" and 32 lower-case hex digits");
  if (!is_sid(key.key_sid, "SK")) return expected("api_key_sid", "\"SK\" and 32 lower-case hex digits");
  if (key.secret.empty()) return expected("api_key_secret", "a text that is not empty");
  return {};
}

Result<void> check_token_input(std::string_view identity, std::chrono::seconds ttl) {
  if (identity.empty()) return expected("identity", "a text that is not empty");
  if (ttl < std::chrono::seconds(1) || ttl > kMaxLife) return expected("ttl", "1 to 86400 seconds");
  return {};
}

std::string_view to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::hs384:
      return "HS384";
    case Algorithm::hs512:
      return "HS512";
    case Algorithm::hs256:
      break;
  }
  return "HS256";
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (auto algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512})
    if (name == to_string(algorithm)) return algorithm;
  return std::nullopt;
}

Result<std::string> mint(const ApiKey& key, const TokenSpec& spec, WallTime now) {
  if (auto checked = check_key(key); !checked) return checked.error();
  if (auto checked = check_token_input(spec.identity, spec.ttl); !checked) return checked.error();
  auto header = header_text(spec);
  if (!header) return header;
  auto payload = payload_text(key, spec, unix_seconds(now));
  if (!payload) return payload;
  return make_jwt(spec.algorithm, key.secret, *header, *payload);
}

std::string token_id(const ApiKey& key, WallTime now) {
  return key.key_sid + "-" + std::to_string(unix_seconds(now));
}

}  // namespace parley::token
