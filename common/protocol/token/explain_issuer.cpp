#include <nlohmann/json.hpp>

#include "common/base/sid.hpp"
#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

bool is_sid_like(std::string_view text, std::string_view prefix) {
  return text.size() >= 2 && (text[0] | 0x20) == (prefix[0] | 0x20) && (text[1] | 0x20) == (prefix[1] | 0x20);
}

// The right prefix and yet no SID: cut, with blanks, or in capitals.
std::string misspelt(const Examined& token, const char* claim, const char* prefix) {
  return std::string(claim) + " is " + shown(token.payload_json, claim) + ": it must be " + prefix +
         " and exactly 32 digits 0-9 and a-f. Look for a cut end, blanks, or capitals.";
}

bool is_foreign(const Payload& payload) {
  return payload.iss.starts_with("http://") || payload.iss.starts_with("https://");
}

std::string issuer_cause(const Examined& token) {
  const Payload& payload = token.payload;
  if (is_foreign(payload))
    return "iss is " + shown(token.payload_json, "iss") +
           ": this is a token of an OpenID provider, not an access token. Show it to token_server (a caller "
           "of "
           "type oidc), which gives an access token for it.";
  if (is_sid(payload.iss, "AC") && is_sid(payload.sub, "SK"))
    return "iss and sub are swapped: iss must be the API key's SID (SK...), sub the account's (AC...).";
  if (is_sid(payload.iss, "AC") && payload.sub.empty())
    return "iss is an account SID and there is no sub: an old capability token. Access tokens are made with "
           "an API key: iss the key's SID (SK...), sub the account's (AC...).";
  if (is_sid(payload.iss, "AC"))
    return "iss is an account SID: the token was made, and likely signed, with the account's own "
           "credentials. "
           "Create an API key; its SID (SK...) goes into iss, its secret signs.";
  if (is_sid_like(payload.iss, "SK")) return misspelt(token, "iss", "SK");
  return "iss is " + shown(token.payload_json, "iss") +
         "; it must be the SID of an API key (SK...). Often an environment variable is not set.";
}

std::string subject_cause(const Examined& token) {
  const Payload& payload = token.payload;
  if (is_sid(payload.sub, "SK"))
    return "sub is the SID of an API key; it must be the account's (AC...), and the key's belongs into iss.";
  if (is_sid_like(payload.sub, "AC")) return misspelt(token, "sub", "AC");
  return "sub is " + shown(token.payload_json, "sub") +
         "; it must be the SID of the account that owns the API key (AC...).";
}

void explain_key(const Examined& token, Findings& out) {
  const ApiKey* key = token.keys.find(token.payload.iss);
  if (!key) {
    out.refused(kInvalidIssuer,
                "iss names the API key " + token.payload.iss +
                    ", which is not configured here: a key of another account, a deleted one, or one that "
                    "is missing in the configuration (account.api_key_sid or previous_keys).",
                Party::chat_service);
    return;
  }
  if (key->account_sid != token.payload.sub)
    out.refused(kInvalidIssuer, "sub is the account " + token.payload.sub + ", but the API key " +
                                    key->key_sid + " belongs to " + key->account_sid +
                                    ". Key and account must be taken from the same account or sub-account.");
}

void explain_token_id(const Examined& token, Findings& out) {
  if (token.payload.jti.empty())
    out.warning(Party::twilio_and_chat_service, "jti is " + shown(token.payload_json, "jti") +
                                                    ": logs cannot name this token. Helper libraries write "
                                                    "\"<key SID>-<iat>\".");
}

}  // namespace

void explain_issuer(const Examined& token, Findings& out) {
  const bool issuer = is_sid(token.payload.iss, "SK");
  const bool subject = is_sid(token.payload.sub, "AC");
  if (!issuer) out.refused(kInvalidIssuer, issuer_cause(token));
  if (!subject && !is_foreign(token.payload)) out.refused(kInvalidIssuer, subject_cause(token));
  if (issuer && subject && !token.keys.empty()) explain_key(token, out);
  if (!is_foreign(token.payload)) explain_token_id(token, out);
}

}  // namespace parley::token
