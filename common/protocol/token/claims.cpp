#include "common/protocol/token/claims.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::token {
namespace {

using json::Value;

// Beyond this a time point in nanoseconds overflows.
constexpr std::int64_t kLastSecond = 9'000'000'000;

const Value* member(const Value& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const Value& object, const char* name) {
  const Value* value = member(object, name);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

// NumericDate may have a fraction.
Seconds seconds(const Value& object, const char* name) {
  const Value* value = member(object, name);
  if (!value) return {};
  Seconds out{.present = true};
  if (!value->is_number()) return out;
  const double number = std::floor(value->get<double>());
  if (number >= 0 && number <= static_cast<double>(kLastSecond))
    out.value = static_cast<std::int64_t>(number);
  return out;
}

void read_chat(const Value& grants, const char* name, ChatSection& out) {
  const Value* chat = member(grants, name);
  if (!chat) return;
  ++out.count;
  out.is_object = out.is_object && chat->is_object();
  if (!chat->is_object()) return;
  out.service_sid = text(*chat, "service_sid");
  out.role_sid = text(*chat, "deployment_role_sid");
  out.endpoint_id = text(*chat, "endpoint_id");
  out.push_credential_sid = text(*chat, "push_credential_sid");
}

Error not_json(std::string_view part) {
  return refuse_token(kInvalidToken, std::string(part) + " is not one well-formed JSON object");
}

}  // namespace

Header header_of(const Value& header) {
  return {text(header, "alg"), text(header, "typ"), text(header, "cty")};
}

Payload payload_of(const Value& payload) {
  Payload out;
  out.jti = text(payload, "jti");
  out.iss = text(payload, "iss");
  out.sub = text(payload, "sub");
  out.nbf = seconds(payload, "nbf");
  out.iat = seconds(payload, "iat");
  out.exp = seconds(payload, "exp");
  const Value* grants = member(payload, "grants");
  if (!grants || !grants->is_object()) return out;
  out.has_grants = true;
  out.identity = text(*grants, "identity");
  read_chat(*grants, "chat", out.chat);
  read_chat(*grants, "ip_messaging", out.chat);
  return out;
}

Result<Header> read_header(std::string_view header_text) {
  auto header = json::parse_unique_object(header_text);
  if (!header) return not_json("header");
  return header_of(*header);
}

Result<Payload> read_payload(std::string_view payload_text) {
  auto payload = json::parse_unique_object(payload_text);
  if (!payload) return not_json("payload");
  return payload_of(*payload);
}

}  // namespace parley::token
