#include <nlohmann/json.hpp>

#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

std::string text(const json::Value& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<WallTime> moment(const Seconds& seconds) {
  if (!seconds.value) return std::nullopt;
  return WallTime(std::chrono::seconds(*seconds.value));
}

void add_times(const Examined& token, Facts& facts) {
  const Payload& payload = token.payload;
  facts.issued_at = moment(payload.iat);
  facts.not_before = moment(payload.nbf);
  facts.expires_at = moment(payload.exp);
  if (payload.exp.value) facts.remaining = std::chrono::seconds(*payload.exp.value - token.now);
  if (payload.exp.value && payload.iat.value)
    facts.life = std::chrono::seconds(*payload.exp.value - *payload.iat.value);
}

void add_grants(const Examined& token, Facts& facts) {
  const ChatSection& chat = token.payload.chat;
  facts.identity = token.payload.identity;
  facts.service_sid = chat.service_sid;
  facts.endpoint_id = chat.endpoint_id;
  facts.role_sid = chat.role_sid;
  facts.push_credential_sid = chat.push_credential_sid;
  const auto grants = token.payload_json.find("grants");
  if (grants == token.payload_json.end() || !grants->is_object()) return;
  for (const auto& [name, grant] : grants->items())
    if (name != "identity") facts.grants.push_back(name);
}

}  // namespace

Facts facts_of(const Examined& token) {
  Facts facts;
  facts.algorithm = token.header.alg;
  facts.type = token.header.typ;
  facts.content_type = token.header.cty;
  facts.region = text(token.header_json, "twr");
  facts.token_id = token.payload.jti;
  facts.account_sid = token.payload.sub;
  facts.key_sid = token.payload.iss;
  add_times(token, facts);
  add_grants(token, facts);
  return facts;
}

}  // namespace parley::token
