#include "common/protocol/token/verifier.hpp"

#include <algorithm>

#include "common/base/crypto.hpp"
#include "common/base/sid.hpp"
#include "common/protocol/token/claims.hpp"
#include "common/protocol/token/identity.hpp"
#include "common/protocol/token/jwt.hpp"
#include "common/protocol/token/payload.hpp"

namespace parley::token {
namespace {

using std::chrono::seconds;

WallTime at(std::int64_t unix_time) { return WallTime(seconds(unix_time)); }

/// A token whose JSON has been read.
struct Opened {
  Jwt jwt;
  Header header;
  Payload payload;
};

Result<Opened> open(std::string_view token) {
  auto jwt = split_jwt(token);
  if (!jwt) return jwt.error();
  auto header = read_header(jwt->header);
  if (!header) return header.error();
  auto payload = read_payload(jwt->payload);
  if (!payload) return payload.error();
  return Opened{std::move(*jwt), std::move(*header), std::move(*payload)};
}

Result<void> check_type(const Header& header) {
  if (header.typ != "JWT") return refuse_token(kInvalidHeader, "typ is not JWT");
  if (header.cty != "twilio-fpa;v=1") return refuse_token(kInvalidHeader, "cty is not twilio-fpa;v=1");
  return {};
}

// The algorithm comes from our list, never from the token alone.
Result<Algorithm> check_header(const Header& header, const VerifyPolicy& policy) {
  if (auto type = check_type(header); !type) return type.error();
  const auto algorithm = parse_algorithm(header.alg);
  const auto& allowed = policy.algorithms;
  if (!algorithm || std::find(allowed.begin(), allowed.end(), *algorithm) == allowed.end())
    return refuse_token(kInvalidHeader, "alg is not allowed");
  return *algorithm;
}

Result<const ApiKey*> check_issuer(const Payload& payload, const KeyRing& keys) {
  if (!is_sid(payload.iss, "SK")) return refuse_token(kInvalidIssuer, "iss is not an API key SID");
  if (!is_sid(payload.sub, "AC")) return refuse_token(kInvalidIssuer, "sub is not an account SID");
  const ApiKey* key = keys.find(payload.iss);
  if (!key) return refuse_token(kInvalidIssuer, "unknown API key");
  if (key->account_sid != payload.sub)
    return refuse_token(kInvalidIssuer, "sub is not the API key's account");
  return key;
}

Result<void> check_signature(const Jwt& jwt, Algorithm algorithm, const ApiKey& key) {
  if (key.secret.empty() ||
      !constant_time_equal(jwt.signature, sign(algorithm, key.secret, jwt.signing_input)))
    return refuse_token(kInvalidSignature, "it was not signed with this API key's secret");
  return {};
}

Result<void> check_not_before(const Payload& payload, const VerifyPolicy& policy, std::int64_t now) {
  if (payload.nbf.present && !payload.nbf.value) return refuse_token(kNotYetValid, "nbf is not a time");
  if (payload.nbf.present && *payload.nbf.value > now + policy.leeway.count())
    return refuse_token(kNotYetValid, "nbf is in the future; compare the clocks of the two machines");
  return {};
}

Error expired(std::int64_t by_seconds) {
  Error error = refuse_token(kExpired, "it expired " + std::to_string(by_seconds) + " s ago");
  error.code = Errc::token_expired;
  return error;
}

Result<void> check_expiry(const Payload& payload, const VerifyPolicy& policy, std::int64_t now,
                          std::int64_t latest_now) {
  if (!payload.exp.value) return refuse_token(kExpired, "exp is missing or not a time");
  const std::int64_t exp = *payload.exp.value;
  if (exp <= now) return expired(now - exp);
  if (payload.iat.present && !payload.iat.value) return refuse_token(kInvalidToken, "iat is not a time");
  const std::int64_t life = exp - payload.iat.value.value_or(now);
  if (life <= 0) return refuse_token(kExpired, "exp is not after iat");
  if (life > policy.max_life.count())
    return refuse_token(kLifeTooLong, "its life is longer than accepted here");
  if (exp > latest_now + policy.max_life.count() + policy.leeway.count())
    return refuse_token(kExpired, "exp is too far in the future");
  return {};
}

Result<void> check_identity_claim(const Payload& payload, const VerifyPolicy& policy) {
  if (payload.identity.empty()) return refuse_token(kInvalidGrants, "identity is missing or not a text");
  if (!policy.check_identity) return {};
  if (auto checked = check_identity(payload.identity); !checked)
    return refuse_token(kInvalidGrants, checked.error().message);
  return {};
}

Result<void> check_grants(const Payload& payload, const VerifyPolicy& policy) {
  if (!payload.has_grants) return refuse_token(kInvalidGrants, "grants is missing or not an object");
  if (auto identity = check_identity_claim(payload, policy); !identity) return identity;
  const ChatSection& chat = payload.chat;
  if (chat.count == 0) return refuse_token(kInvalidGrants, "there is no chat grant");
  if (chat.count > 1) return refuse_token(kInvalidGrants, "there are several chat grants");
  if (!chat.is_object) return refuse_token(kInvalidGrants, "the chat grant is not an object");
  if (chat.service_sid.empty()) return refuse_token(kInvalidGrants, "the chat grant names no service");
  const auto& served = policy.service_sids;
  if (std::find(served.begin(), served.end(), chat.service_sid) == served.end())
    return refuse_token(kInvalidGrants, "the chat grant is for another service");
  return {};
}

Claims to_claims(Payload payload) {
  Claims claims;
  claims.identity = std::move(payload.identity);
  claims.account_sid = std::move(payload.sub);
  claims.key_sid = std::move(payload.iss);
  claims.token_id = std::move(payload.jti);
  claims.service_sid = std::move(payload.chat.service_sid);
  claims.role_sid = std::move(payload.chat.role_sid);
  claims.endpoint_id = std::move(payload.chat.endpoint_id);
  claims.push_credential_sid = std::move(payload.chat.push_credential_sid);
  claims.issued_at = at(payload.iat.value.value_or(0));
  claims.expires_at = at(*payload.exp.value);
  if (payload.nbf.value) claims.not_before = at(*payload.nbf.value);
  return claims;
}

}  // namespace

void KeyRing::add(ApiKey key) {
  auto sid = key.key_sid;
  keys_.insert_or_assign(std::move(sid), std::move(key));
}

void KeyRing::remove(std::string_view key_sid) {
  if (const auto found = keys_.find(key_sid); found != keys_.end()) keys_.erase(found);
}

const ApiKey* KeyRing::find(std::string_view key_sid) const {
  const auto found = keys_.find(key_sid);
  return found == keys_.end() ? nullptr : &found->second;
}

std::vector<const ApiKey*> KeyRing::all() const {
  std::vector<const ApiKey*> out;
  for (const auto& [sid, key] : keys_) out.push_back(&key);
  return out;
}

Result<Claims> verify(std::string_view token, const KeyRing& keys, const VerifyPolicy& policy, WallTime now) {
  auto opened = open(token);
  if (!opened) return opened.error();
  const Payload& payload = opened->payload;
  const std::int64_t seconds_now = unix_seconds(now);
  const std::int64_t latest_now = unix_seconds(std::max(now, policy.latest_now));

  auto algorithm = check_header(opened->header, policy);
  if (!algorithm) return algorithm.error();
  auto key = check_issuer(payload, keys);
  if (!key) return key.error();
  if (auto ok = check_signature(opened->jwt, *algorithm, **key); !ok) return ok.error();
  if (auto ok = check_not_before(payload, policy, latest_now); !ok) return ok.error();
  if (auto ok = check_expiry(payload, policy, seconds_now, latest_now); !ok) return ok.error();
  if (auto ok = check_grants(payload, policy); !ok) return ok.error();
  return to_claims(std::move(opened->payload));
}

Result<UnverifiedClaims> peek(std::string_view token) {
  auto opened = open(token);
  if (!opened) return opened.error();
  const Payload& payload = opened->payload;
  if (auto type = check_type(opened->header); !type) return type.error();
  if (!payload.exp.value) return refuse_token(kExpired, "exp is missing or not a time");
  if (payload.identity.empty()) return refuse_token(kInvalidGrants, "identity is missing or not a text");
  return UnverifiedClaims{payload.identity, payload.chat.service_sid, at(payload.iat.value.value_or(0)),
                          at(*payload.exp.value)};
}

}  // namespace parley::token
