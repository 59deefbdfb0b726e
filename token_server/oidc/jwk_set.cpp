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

Result<PublicKey> not_used(std::string_view why) {
  return Error{.code = Errc::protocol_error, .message = std::string(why)};
}

Result<PublicKey> read_rsa(const Value& jwk) {
  if (!is_absent_or(jwk, "alg", "RS256")) return not_used("alg is not RS256");
  const auto modulus = bytes_of(jwk, "n");
  const auto exponent = bytes_of(jwk, "e");
  if (!modulus || !exponent) return not_used("n or e is missing or not base64url");
  return PublicKey::rsa(*modulus, *exponent);
}

Result<PublicKey> read_p256(const Value& jwk) {
  if (!is_absent_or(jwk, "alg", "ES256")) return not_used("alg is not ES256");
  if (text_of(jwk, "crv") != "P-256") return not_used("crv is not P-256");
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  if (!x || !y) return not_used("x or y is missing or not base64url");
  return PublicKey::p256(*x, *y);
}

Result<PublicKey> read_key(const Value& jwk) {
  if (!jwk.is_object()) return not_used("it is no JSON object");
  if (!is_absent_or(jwk, "use", "sig")) return not_used("use is not sig");
  if (!may_verify(jwk)) return not_used("key_ops does not have verify");
  // Whoever has read the set can sign with it.
  if (jwk.contains("d")) return not_used("d: its private half is published");
  const auto type = text_of(jwk, "kty");
  if (type == "RSA") return read_rsa(jwk);
  if (type == "EC") return read_p256(jwk);
  return not_used("kty is neither RSA nor EC");
}

/// Empty if there is none; nothing if it is not usable as a name.
std::optional<std::string> read_kid(const Value& jwk) {
  if (!jwk.contains("kid")) return std::string();
  auto kid = text_of(jwk, "kid");
  if (!kid || kid->empty() || kid->size() > limits::kKeyIdBytes) return std::nullopt;
  return kid;
}

/// True if a log may show it as it is.
bool is_plain(std::string_view kid) {
  return std::all_of(kid.begin(), kid.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
}

std::string describe_skipped(std::size_t position, const std::string& kid, const std::string& why) {
  std::string line = "key " + std::to_string(position);
  if (!kid.empty() && is_plain(kid)) line += " (kid \"" + kid + "\")";
  return line + ": " + why;
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
    const auto position = set.entries_.size() + set.skipped_.size() + 1;
    const auto kid = read_kid(jwk);
    auto key = kid ? read_key(jwk) : not_used("kid is not a text of 1 to 256 bytes");
    if (key)
      set.entries_.push_back({*kid, std::move(*key)});
    else
      set.skipped_.push_back(describe_skipped(position, kid.value_or(""), key.error().message));
  }
  return set;
}

std::vector<const PublicKey*> JwkSet::candidates(const std::optional<std::string>& kid,
                                                 SignatureAlgorithm algorithm) const {
  std::vector<const PublicKey*> found;
  const auto take = [&](auto is_meant) {
    for (const Entry& entry : entries_)
      if (found.size() < kMaxCandidates && entry.key.algorithm() == algorithm && is_meant(entry))
        found.push_back(&entry.key);
  };
  if (kid) take([&](const Entry& entry) { return !entry.kid.empty() && entry.kid == *kid; });
  take([](const Entry& entry) { return entry.kid.empty(); });
  if (!kid) take([](const Entry& entry) { return !entry.kid.empty(); });
  return found;
}

bool JwkSet::has(std::string_view kid) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.kid == kid; });
}

}  // namespace parley::token_server
