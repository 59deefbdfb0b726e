#include "token_server/oidc/jwk_set.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"

namespace parley::token_server {
namespace {

using json::Value;

Error bad_set(Errc code, const std::string& what) { return {.code = code, .message = "JWKS: " + what}; }

/// The text of a member; nothing if it is absent or no text.
std::optional<std::string> text_of(const Value& jwk, const char* name) {
  const auto member = jwk.find(name);
  if (member == jwk.end() || !member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

/// True if a member is absent or has this text.
bool is_absent_or(const Value& jwk, const char* name, std::string_view text) {
  return !jwk.contains(name) || text_of(jwk, name) == text;
}

bool may_verify(const Value& jwk) {
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

std::optional<std::string> bytes_of(const Value& jwk, const char* name) {
  const auto text = text_of(jwk, name);
  if (!text) return std::nullopt;
  auto bytes = base64url_decode(*text);
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

std::optional<PublicKey> make_key(Result<PublicKey> key) {
  if (!key) return std::nullopt;
  return *key;
}

std::optional<PublicKey> read_rsa(const Value& jwk) {
  const auto modulus = bytes_of(jwk, "n");
  const auto exponent = bytes_of(jwk, "e");
  if (!is_absent_or(jwk, "alg", "RS256") || !modulus || !exponent) return std::nullopt;
  return make_key(PublicKey::rsa(*modulus, *exponent));
}

std::optional<PublicKey> read_p256(const Value& jwk) {
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  if (!is_absent_or(jwk, "alg", "ES256") || text_of(jwk, "crv") != "P-256" || !x || !y) return std::nullopt;
  return make_key(PublicKey::p256(*x, *y));
}

std::optional<PublicKey> read_key(const Value& jwk) {
  if (!jwk.is_object() || !is_absent_or(jwk, "use", "sig") || !may_verify(jwk)) return std::nullopt;
  if (jwk.contains("d")) return std::nullopt;  // whoever has read the set can sign with it
  const auto type = text_of(jwk, "kty");
  if (type == "RSA") return read_rsa(jwk);
  if (type == "EC") return read_p256(jwk);
  return std::nullopt;
}

/// Empty if there is none; nothing if it is not usable as a name.
std::optional<std::string> read_kid(const Value& jwk) {
  if (!jwk.contains("kid")) return std::string();
  auto kid = text_of(jwk, "kid");
  if (!kid || kid->empty() || kid->size() > limits::kKeyIdBytes) return std::nullopt;
  return kid;
}

}  // namespace

Result<JwkSet> JwkSet::parse(std::string_view text) {
  if (text.size() > limits::kJwksBytes)
    return bad_set(Errc::limit_exceeded, "longer than " + std::to_string(limits::kJwksBytes) + " bytes");
  const auto document = json::parse_unique_object(text);
  if (!document) return bad_set(Errc::protocol_error, document.error().message);
  const auto keys = document->find("keys");
  if (keys == document->end() || !keys->is_array())
    return bad_set(Errc::protocol_error, "keys: expected an array");
  if (keys->size() > limits::kJwksKeys)
    return bad_set(Errc::limit_exceeded, "keys: more than " + std::to_string(limits::kJwksKeys));

  JwkSet set;
  for (const Value& jwk : *keys) {
    auto key = read_key(jwk);
    if (!key) continue;
    auto kid = read_kid(jwk);
    if (kid) set.entries_.push_back({std::move(*kid), std::move(*key)});
  }
  return set;
}

const PublicKey* JwkSet::find(std::string_view kid, SignatureAlgorithm algorithm) const {
  if (kid.empty()) return nullptr;
  for (const Entry& entry : entries_)
    if (entry.kid == kid && entry.key.algorithm() == algorithm) return &entry.key;
  return nullptr;
}

const PublicKey* JwkSet::only(SignatureAlgorithm algorithm) const {
  const PublicKey* found = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.key.algorithm() != algorithm) continue;
    if (found) return nullptr;
    found = &entry.key;
  }
  return found;
}

bool JwkSet::has(std::string_view kid) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.kid == kid; });
}

}  // namespace parley::token_server
