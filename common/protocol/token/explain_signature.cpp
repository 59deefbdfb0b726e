#include <algorithm>

#include "common/base/encoding.hpp"
#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

bool fits(const Jwt& jwt, Algorithm algorithm, std::string_view secret) {
  return constant_time_equal(jwt.signature, sign(algorithm, secret, jwt.signing_input));
}

std::string trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(kWhite), text.size());
  const auto end = text.find_last_not_of(kWhite);
  return std::string(text.substr(begin, end == text.npos ? 0 : end + 1 - begin));
}

std::string base64_encoded(std::string_view bytes) {
  std::string text = base64url_encode(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return text + std::string((4 - text.size() % 4) % 4, '=');
}

std::string base64_decoded(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '='), text.end());
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  auto bytes = base64url_decode(text);
  return bytes ? std::move(*bytes) : std::string();
}

std::string hex_decoded(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) (escaped += '%') += text.substr(i, 2);
  auto bytes = percent_decode(escaped);
  return bytes ? std::move(*bytes) : std::string();
}

/// What people sign with instead of the secret, and how to put it right.
struct Variant {
  std::string secret;
  const char* cause;
};

std::vector<Variant> variants_of(const ApiKey& key) {
  const std::string& secret = key.secret;
  return {
      {"", "an empty secret: an environment variable is not set."},
      {secret + "\n", "the secret with a line break behind it: it was read from a file or a pipe. Trim it."},
      {secret + "\r\n", "the secret with a line break (CR LF) behind it: it was read from a file. Trim it."},
      {secret + "\r", "the secret with a carriage return behind it: it was read from a file. Trim it."},
      {secret + " ", "the secret with a blank behind it. Trim it."},
      {" " + secret, "the secret with a blank before it. Trim it."},
      {trimmed(secret),
       "the secret without the white space that the configured one has around it. Trim that."},
      {"\"" + secret + "\"", "the secret with quotes around it, as in a file of variables. Leave them out."},
      {"'" + secret + "'", "the secret with quotes around it, as in a file of variables. Leave them out."},
      {base64_decoded(secret), "the secret base64-decoded. The bytes of its text sign as they are."},
      {hex_decoded(secret), "the secret read as hexadecimal digits. The bytes of its text sign as they are."},
      {base64_encoded(secret), "the secret base64-encoded. The bytes of its text sign as they are."},
      {base64url_encode(secret), "the secret base64-encoded. The bytes of its text sign as they are."},
      {key.key_sid, "the API key's SID in place of its secret."},
      {key.account_sid, "the account's SID in place of the API key's secret."},
  };
}

// The text of the matching variant, or nothing.
std::string variant_cause(const Jwt& jwt, Algorithm algorithm, const ApiKey& key) {
  for (const auto& variant : variants_of(key))
    if (variant.secret != key.secret && fits(jwt, algorithm, variant.secret))
      return std::string("It was signed with ") + variant.cause;
  return {};
}

std::string algorithm_cause(const Jwt& jwt, Algorithm algorithm, const ApiKey& key) {
  for (auto other : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512})
    if (other != algorithm && fits(jwt, other, key.secret))
      return "It was signed with " + std::string(to_string(other)) + ", but the header says " +
             std::string(to_string(algorithm)) + ".";
  return {};
}

// The right signature in the wrong form.
std::string form_cause(const Jwt& jwt, Algorithm algorithm, const ApiKey& key) {
  if (jwt.signature.empty()) return "The signature is empty: the token was cut or never signed.";
  const std::string right = sign(algorithm, key.secret, jwt.signing_input);
  if (jwt.signature.size() < right.size() && right.starts_with(jwt.signature))
    return "The signature is right as far as it goes, but its end is missing: the token was cut.";
  if (jwt.signature == hex_encode(as_bytes(right)))
    return "The secret is right, but hexadecimal text was encoded in place of the signature's raw bytes.";
  return {};
}

std::string other_key_cause(const Jwt& jwt, Algorithm algorithm, const Examined& token) {
  for (const ApiKey* key : token.keys.all())
    if (key->key_sid != token.payload.iss && !key->secret.empty() && fits(jwt, algorithm, key->secret))
      return "It was signed with the secret of the API key " + key->key_sid +
             ", which is configured here too: key SID and secret were mixed up.";
  return {};
}

std::string cause(const Jwt& jwt, Algorithm algorithm, const ApiKey& key, const Examined& token) {
  if (key.secret.empty()) return "No secret is configured for this API key.";
  if (auto text = form_cause(jwt, algorithm, key); !text.empty()) return text;
  if (auto text = variant_cause(jwt, algorithm, key); !text.empty()) return text;
  if (auto text = algorithm_cause(jwt, algorithm, key); !text.empty()) return text;
  if (auto text = other_key_cause(jwt, algorithm, token); !text.empty()) return text;
  return "It was signed with another secret, or changed afterwards. Typical: the account's auth token in "
         "place "
         "of the API key's secret, the secret of another key, a secret that was decoded or has a line break.";
}

void unknown_key(const Examined& token, Algorithm algorithm, Findings& out) {
  const auto other = other_key_cause(*token.jwt, algorithm, token);
  out.note(Party::chat_service,
           other.empty()
               ? "The signature was not checked: no secret is configured for the key that iss names."
               : other);
}

}  // namespace

SignatureState explain_signature(const Examined& token, Findings& out) {
  const auto algorithm = parse_algorithm(token.header.alg);
  if (!token.jwt || !algorithm) return SignatureState::not_checked;
  if (token.keys.empty()) {
    out.note(Party::chat_service,
             "The signature was not checked: no API key is configured. Give the configuration that has it.");
    return SignatureState::not_checked;
  }
  const ApiKey* key = token.keys.find(token.payload.iss);
  if (!key) {
    unknown_key(token, *algorithm, out);
    return SignatureState::not_checked;
  }
  if (!key->secret.empty() && fits(*token.jwt, *algorithm, key->secret)) return SignatureState::verified;
  out.refused(kInvalidSignature, "The signature is wrong. " + cause(*token.jwt, *algorithm, *key, token));
  return SignatureState::wrong;
}

}  // namespace parley::token
