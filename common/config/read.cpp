#include "common/config/read.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::config {
namespace {

using json = nlohmann::ordered_json;

// A document that passed the schema has the right types, so these only tell present from absent.
const json& section(const json& document, const char* name) {
  static const json empty = json::object();
  const auto found = document.find(name);
  return found == document.end() ? empty : *found;
}

template <class T>
void take(const json& in, const char* key, T& out) {
  if (const auto found = in.find(key); found != in.end()) out = found->template get<T>();
}

template <class T>
void take(const json& in, const char* key, std::optional<T>& out) {
  if (const auto found = in.find(key); found != in.end()) out = found->template get<T>();
}

void take(const json& in, const char* key, std::chrono::seconds& out) {
  if (const auto found = in.find(key); found != in.end()) out = std::chrono::seconds(found->get<int>());
}

void take(const json& in, const char* key, std::optional<std::chrono::seconds>& out) {
  if (const auto found = in.find(key); found != in.end()) out = std::chrono::seconds(found->get<int>());
}

std::string at(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

ApiKey read_api_key(const json& in) {
  ApiKey out;
  take(in, "api_key_sid", out.api_key_sid);
  take(in, "api_key_secret", out.api_key_secret);
  return out;
}

VoiceGrant read_voice(const json& in) {
  VoiceGrant out;
  take(in, "incoming_allowed", out.incoming_allowed);
  take(in, "outgoing_application_sid", out.outgoing_application_sid);
  if (in.contains("outgoing_params")) out.outgoing_params = parley::json::dump(in["outgoing_params"]);
  take(in, "push_credential_sid", out.push_credential_sid);
  return out;
}

void read_grants(const json& in, Account& out) {
  if (in.contains("sync")) take(in["sync"], "service_sid", out.sync.emplace().service_sid);
  if (in.contains("video")) take(in["video"], "room", out.video.emplace().room);
  if (in.contains("voice")) out.voice = read_voice(in["voice"]);
}

Chat read_chat(const json& in) {
  Chat out;
  take(in, "admins", out.admins);
  take(in, "admin_role_sids", out.admin_role_sids);
  if (const auto days = in.find("keep_messages_days"); days != in.end())
    out.keep_messages = std::chrono::hours(24) * days->get<int>();
  if (in.contains("content_templates")) out.content_templates = parley::json::dump(in["content_templates"]);
  take(in, "public_channels", out.public_channels);
  take(in, "who_may_add", out.who_may_add);
  take(in, "edit_any_message_attributes", out.edit_any_message_attributes);
  return out;
}

Account read_account(const json& in, std::string path) {
  Account out;
  out.key = std::move(path);
  take(in, "name", out.name);
  take(in, "account_sid", out.account_sid);
  take(in, "api_key_sid", out.api_key_sid);
  take(in, "api_key_secret", out.api_key_secret);
  take(in, "chat_service_sid", out.chat_service_sid);
  for (const auto& key : section(in, "previous_keys")) out.previous_keys.push_back(read_api_key(key));
  take(in, "algorithm", out.algorithm);
  take(in, "region", out.region);
  take(in, "push_credential_sid", out.push_credential_sid);
  take(in, "deployment_role_sid", out.deployment_role_sid);
  out.chat = read_chat(section(in, "chat"));
  read_grants(section(in, "grants"), out);
  return out;
}

std::vector<Account> read_accounts(const json& document) {
  if (document.contains("account")) return {read_account(document["account"], "account")};
  std::vector<Account> out;
  for (const auto& account : section(document, "accounts"))
    out.push_back(read_account(account, at("accounts", out.size())));
  return out;
}

OidcCallers read_oidc(const json& in) {
  OidcCallers out;
  take(in, "issuer", out.issuer);
  take(in, "audiences", out.audiences);
  take(in, "algorithms", out.algorithms);
  take(in, "jwks_file", out.jwks_file);
  take(in, "jwks_url", out.jwks_url);
  take(in, "jwks_ca_file", out.jwks_ca_file);
  take(in, "identity_claim", out.identity_claim);
  take(in, "identities", out.identities);
  take(in, "clock_skew_seconds", out.clock_skew);
  return out;
}

CallerEntry read_caller(const json& in, const std::string& path) {
  CallerEntry out{.key = path, .who = DevelopmentCallers{}};
  take(in, "token_ttl_seconds", out.token_ttl);
  take(in, "accounts", out.accounts);
  const auto type = in["type"].get<std::string>();
  if (type == "backend_keys") {
    auto& keys = out.who.emplace<BackendKeyCallers>();
    keys.keys = read_keys(section(in, "keys"), path + ".keys");
    take(in, "keys_file", keys.keys_file);
  }
  if (type == "users") out.who = UserCallers{};
  if (type == "oidc") out.who = read_oidc(in);
  return out;
}

TokenServerLimits read_token_server_limits(const json& in) {
  TokenServerLimits out;
  take(in, "max_connections", out.max_connections);
  take(in, "connections_per_address", out.connections_per_address);
  take(in, "requests_per_minute_per_address", out.requests_per_minute_per_address);
  take(in, "requests_per_minute_per_identity", out.requests_per_minute_per_identity);
  return out;
}

void read_tls(const json& in, std::optional<Tls>& out) {
  if (in.empty()) return;
  out.emplace();
  take(in, "certificate_file", out->certificate_file);
  take(in, "private_key_file", out->private_key_file);
}

TokenServer read_token_server(const json& in) {
  TokenServer out;
  take(in, "listen", out.listen);
  take(in, "token_ttl_seconds", out.token_ttl);
  for (const auto& caller : section(in, "callers"))
    out.callers.push_back(read_caller(caller, at("token_server.callers", out.callers.size())));
  read_tls(section(in, "tls"), out.tls);
  take(in, "allow_plain_http", out.allow_plain_http);
  take(section(in, "cors"), "allowed_origins", out.allowed_origins);
  take(in, "trusted_proxies", out.trusted_proxies);
  take(in, "get_with_password", out.get_with_password);
  take(in, "database", out.database);
  take(in, "audit_log", out.audit_log);
  take(section(in, "refresh"), "idle_seconds", out.refresh_idle);
  take(section(in, "refresh"), "absolute_seconds", out.refresh_absolute);
  take(in, "metrics_listen", out.metrics_listen);
  take(in, "workers", out.workers);
  take(in, "drain_seconds", out.drain);
  out.limits = read_token_server_limits(section(in, "limits"));
  return out;
}

ServiceLimits read_service_limits(const json& in) {
  ServiceLimits out;
  take(in, "max_connections", out.max_connections);
  take(in, "connections_per_address", out.connections_per_address);
  take(in, "connections_per_user", out.connections_per_user);
  take(in, "inits_per_second_per_address", out.inits_per_second_per_address);
  take(in, "send_queue_bytes", out.send_queue_bytes);
  take(in, "total_queue_bytes", out.total_queue_bytes);
  take(in, "total_inbound_bytes", out.total_inbound_bytes);
  return out;
}

Media read_media(const json& in) {
  Media out;
  take(in, "directory", out.directory);
  take(in, "max_megabytes", out.max_megabytes);
  take(in, "max_user_megabytes", out.max_user_megabytes);
  take(in, "min_free_megabytes", out.min_free_megabytes);
  take(in, "content_types", out.content_types);
  take(in, "url_life_seconds", out.url_life);
  return out;
}

ChatService read_chat_service(const json& in) {
  ChatService out;
  take(in, "listen", out.listen);
  take(in, "public_url", out.public_url);
  take(in, "database", out.database);
  read_tls(section(in, "tls"), out.tls);
  take(in, "allow_plain_http", out.allow_plain_http);
  take(in, "allowed_origins", out.allowed_origins);
  take(in, "trusted_proxies", out.trusted_proxies);
  take(in, "metrics_listen", out.metrics_listen);
  take(in, "drain_seconds", out.drain);
  out.media = read_media(section(in, "media"));
  take(section(in, "messages"), "max_user_megabytes", out.messages.max_user_megabytes);
  take(section(in, "messages"), "min_free_megabytes", out.messages.min_free_megabytes);
  take(section(in, "throttle"), "per_second", out.throttle.per_second);
  take(section(in, "throttle"), "burst", out.throttle.burst);
  out.limits = read_service_limits(section(in, "limits"));
  return out;
}

DemoApp read_demo_app(const json& in) {
  DemoApp out;
  take(in, "token_url", out.token_url);
  take(in, "chat_url", out.chat_url);
  return out;
}

}  // namespace

std::vector<BackendKey> read_keys(const json& list, const std::string& path) {
  std::vector<BackendKey> out;
  for (const auto& in : list) {
    auto& key = out.emplace_back();
    key.key = at(path, out.size() - 1);
    take(in, "name", key.name);
    take(in, "sha256", key.sha256);
    take(in, "identities", key.identities);
    take(in, "requests_per_minute", key.requests_per_minute);
  }
  return out;
}

Config read_config(const json& document) {
  return {read_accounts(document), read_token_server(section(document, "token_server")),
          read_chat_service(section(document, "chat_service")), read_demo_app(section(document, "demo_app"))};
}

}  // namespace parley::config
