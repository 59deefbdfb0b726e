#include "common/protocol/token/payload.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/base/json_text.hpp"

namespace parley::token {
namespace {

using json::OrderedValue;

void put(OrderedValue& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

// The library's dump() throws on bad UTF-8; a replacement character would sign something nobody asked for.
Result<std::string> text_of(const OrderedValue& value) {
  try {
    return value.dump();
  } catch (const OrderedValue::type_error&) {
    return not_utf8();
  }
}

// The text has been parsed: no object of it names a member twice, so members are appended without a search.
OrderedValue in_order(std::string_view text) {
  if (text.starts_with('[')) {
    OrderedValue array = OrderedValue::array();
    for (const auto element : json::elements_in(text)) array.push_back(in_order(element));
    return array;
  }
  if (!text.starts_with('{')) return OrderedValue(*json::parse(text));
  OrderedValue object = OrderedValue::object();
  auto& members = *object.get_ptr<OrderedValue::object_t*>();
  for (auto& [name, value] : json::members_in(text)) members.emplace_back(std::move(name), in_order(value));
  return object;
}

Result<OrderedValue> embedded(std::string_view name, std::string_view text) {
  const auto value = json::parse_unique_object(text);
  if (!value)
    return Error{.code = Errc::invalid_argument,
                 .message = std::string(name) + ": expected a JSON object that names no member twice"};
  return Result<OrderedValue>(boost::system::in_place_value, in_order(text.substr(text.find('{'))));
}

Result<OrderedValue> voice_outgoing(const VoiceGrant& grant) {
  OrderedValue outgoing = OrderedValue::object();
  outgoing["application_sid"] = grant.outgoing_application_sid;
  if (grant.outgoing_params.empty())
    return Result<OrderedValue>(boost::system::in_place_value, std::move(outgoing));
  auto params = embedded("voice.outgoing_params", grant.outgoing_params);
  if (!params) return params;
  outgoing["params"] = std::move(*params);
  return Result<OrderedValue>(boost::system::in_place_value, std::move(outgoing));
}

/// Writes each grant under its key; one that cannot be written is remembered in `failure`.
class GrantWriter {
 public:
  explicit GrantWriter(OrderedValue& grants) : grants_(grants) {}

  void operator()(const ChatGrant& grant) {
    OrderedValue& out = section("chat");
    put(out, "service_sid", grant.service_sid);
    put(out, "endpoint_id", grant.endpoint_id);
    put(out, "deployment_role_sid", grant.deployment_role_sid);
    put(out, "push_credential_sid", grant.push_credential_sid);
  }
  void operator()(const SyncGrant& grant) {
    OrderedValue& out = section("data_sync");
    put(out, "service_sid", grant.service_sid);
    put(out, "endpoint_id", grant.endpoint_id);
  }
  void operator()(const VideoGrant& grant) { put(section("video"), "room", grant.room); }
  void operator()(const VoiceGrant& grant) {
    OrderedValue& out = section("voice");
    if (grant.incoming_allowed) out["incoming"]["allow"] = true;
    if (!grant.outgoing_application_sid.empty()) keep(out["outgoing"], voice_outgoing(grant));
    put(out, "push_credential_sid", grant.push_credential_sid);
    put(out, "endpoint_id", grant.endpoint_id);
  }
  void operator()(const TaskRouterGrant& grant) {
    OrderedValue& out = section("task_router");
    put(out, "workspace_sid", grant.workspace_sid);
    put(out, "worker_sid", grant.worker_sid);
    put(out, "role", grant.role);
  }
  void operator()(const PlayerGrant& grant) { keep(section("player"), embedded("player", grant.json)); }

  std::optional<Error> failure;

 private:
  OrderedValue& section(const char* key) { return grants_[key] = OrderedValue::object(); }
  void keep(OrderedValue& place, Result<OrderedValue> value) {
    if (value) place = std::move(*value);
    if (!value) failure = value.error();
  }

  OrderedValue& grants_;
};

Result<OrderedValue> grants_of(const TokenSpec& spec) {
  OrderedValue grants = OrderedValue::object();
  grants["identity"] = spec.identity;
  GrantWriter writer{grants};
  for (const auto& grant : spec.grants) std::visit(writer, grant);
  if (writer.failure) return *writer.failure;
  return Result<OrderedValue>(boost::system::in_place_value, std::move(grants));
}

void cut_at_endpoint(OrderedValue chat, GrantPieces& out) {
  const auto service = chat.find("service_sid");
  const bool first = service == chat.end();
  out.before_endpoint += first ? "{" : "{\"service_sid\":" + service->dump();
  if (!first) chat.erase("service_sid");
  if (chat.contains("endpoint_id")) out.endpoint_id = chat["endpoint_id"].get<std::string>();
  chat.erase("endpoint_id");
  const bool last = chat.empty();
  out.endpoint_open = first ? "\"endpoint_id\":\"" : ",\"endpoint_id\":\"";
  out.endpoint_close = first && !last ? "\"," : "\"";
  if (!first && !last) out.after_endpoint += ",";
  out.after_endpoint += chat.dump().substr(1);
  out.has_chat = true;
}

}  // namespace

Error not_utf8() {
  return {.code = Errc::invalid_argument, .message = "token: expected every text to be UTF-8"};
}

std::int64_t unix_seconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Result<std::string> header_text(const TokenSpec& spec) {
  OrderedValue header = OrderedValue::object();
  header["alg"] = std::string(to_string(spec.algorithm));
  header["typ"] = "JWT";
  header["cty"] = "twilio-fpa;v=1";
  put(header, "twr", spec.region);
  return text_of(header);
}

Result<std::string> payload_text(const ApiKey& key, const TokenSpec& spec, std::int64_t issued_at) {
  auto grants = grants_of(spec);
  if (!grants) return grants.error();
  OrderedValue payload = OrderedValue::object();
  payload["jti"] = key.key_sid + "-" + std::to_string(issued_at);
  payload["grants"] = std::move(*grants);
  if (spec.not_before) payload["nbf"] = unix_seconds(*spec.not_before);
  payload["iat"] = issued_at;
  payload["exp"] = issued_at + spec.ttl.count();
  payload["iss"] = key.key_sid;
  payload["sub"] = key.account_sid;
  return text_of(payload);
}

Result<GrantPieces> grant_pieces(const TokenSpec& spec) {
  TokenSpec nobody = spec;
  nobody.identity.clear();
  const auto grants = grants_of(nobody);
  if (!grants) return grants.error();
  if (auto text = text_of(*grants); !text) return text.error();
  GrantPieces out;
  for (const auto& [name, grant] : grants->items()) {
    if (name == "identity") continue;
    std::string& text = out.has_chat ? out.after_endpoint : out.before_endpoint;
    text += ",\"" + name + "\":";
    if (name == "chat")
      cut_at_endpoint(grant, out);
    else
      text += grant.dump();
  }
  return out;
}

}  // namespace parley::token
