#include "chat_service/program/settings.hpp"

#include <algorithm>

#include "common/config/deployment.hpp"

namespace parley::chat_service {
namespace {

constexpr std::uint64_t kMegabyte = 1024 * 1024;

AddRule add_rule_of(std::string_view name) {
  if (name == "admins") return AddRule::admins;
  return name == "shared_conversation" ? AddRule::shared_conversation : AddRule::anybody;
}

Tenant tenant_of(const config::Account& account) {
  Tenant tenant{.account_sid = account.account_sid, .service_sid = account.chat_service_sid};
  tenant.keys.add({account.account_sid, account.api_key_sid, account.api_key_secret});
  for (const auto& key : account.previous_keys)
    tenant.keys.add({account.account_sid, key.api_key_sid, key.api_key_secret});
  if (const auto algorithm = token::parse_algorithm(account.algorithm)) tenant.algorithms = {*algorithm};
  tenant.admins = account.chat.admins;
  tenant.admin_role_sids = account.chat.admin_role_sids;
  tenant.keep_messages = account.chat.keep_messages;
  tenant.content_templates = account.chat.content_templates;
  tenant.public_channels = account.chat.public_channels;
  tenant.edit_any_message_attributes = account.chat.edit_any_message_attributes;
  tenant.who_may_add = add_rule_of(account.chat.who_may_add);
  return tenant;
}

Throttle throttle_of(const config::Throttle& in) {
  Throttle out;
  if (in.per_second) out.per_second = *in.per_second;
  if (in.burst) out.burst = *in.burst;
  return out;
}

MessageOptions messages_of(const config::MessageLimits& in) {
  MessageOptions out;
  if (in.max_user_megabytes) out.max_user_bytes = *in.max_user_megabytes * kMegabyte;
  if (in.min_free_megabytes) out.min_free_bytes = *in.min_free_megabytes * kMegabyte;
  return out;
}

config::Problems address_problems(const config::ChatService& section) {
  config::Problems problems;
  if (const auto listen = net::parse_listen_address(section.listen); !listen)
    problems.push_back({"chat_service.listen", listen.error().message});
  return problems;
}

config::Problems media_problems(const config::ChatService& section) {
  const MediaOptions media = media_of(section);
  if (media.max_user_bytes >= media.max_bytes) return {};
  return {{"chat_service.media.max_user_megabytes",
           "expected at least max_megabytes, which is " + std::to_string(media.max_bytes / kMegabyte)}};
}

}  // namespace

config::Config with(const Overrides& overrides, config::Config config) {
  if (!overrides.listen.empty()) config.chat_service.listen = overrides.listen;
  if (!overrides.database.empty()) config.chat_service.database = overrides.database;
  return config;
}

std::vector<Tenant> tenants_of(const config::Config& config) {
  std::vector<Tenant> tenants;
  for (const auto& account : config.accounts) tenants.push_back(tenant_of(account));
  return tenants;
}

MediaOptions media_of(const config::ChatService& section) {
  MediaOptions media;
  media.directory = section.media.directory;
  if (section.media.max_megabytes) media.max_bytes = *section.media.max_megabytes * kMegabyte;
  const auto of_user = section.media.max_user_megabytes;
  media.max_user_bytes = of_user ? *of_user * kMegabyte : std::max(media.max_user_bytes, media.max_bytes);
  if (section.media.min_free_megabytes) media.min_free_bytes = *section.media.min_free_megabytes * kMegabyte;
  media.content_types = section.media.content_types;
  if (section.media.url_life) media.url_life = *section.media.url_life;
  return media;
}

std::optional<net::TlsServerOptions> tls_of(const config::ChatService& section) {
  if (!section.tls) return std::nullopt;
  return net::TlsServerOptions{section.tls->certificate_file, section.tls->private_key_file};
}

Result<ServiceOptions> options_of(const config::Config& config) {
  const auto& section = config.chat_service;
  auto listen = net::parse_listen_address(section.listen);
  if (!listen) return listen.error();
  ServiceOptions options;
  options.listen = *listen;
  options.public_url = section.public_url;
  options.database = section.database;
  options.tenants = tenants_of(config);
  options.throttle = throttle_of(section.throttle);
  options.media = media_of(section);
  options.messages = messages_of(section.messages);
  options.tls = tls_of(section);
  options.allowed_origins = section.allowed_origins;
  options.trusted_proxies = section.trusted_proxies;
  options.max_connections = section.limits.max_connections;
  options.max_connections_per_address = section.limits.connections_per_address;
  options.connection_limits = {.per_user = section.limits.connections_per_user,
                               .inits_per_second = section.limits.inits_per_second_per_address};
  if (section.limits.send_queue_bytes) options.send_queue_bytes = *section.limits.send_queue_bytes;
  if (section.limits.total_queue_bytes) options.total_queue_bytes = *section.limits.total_queue_bytes;
  if (section.limits.total_inbound_bytes) options.total_inbound_bytes = *section.limits.total_inbound_bytes;
  if (section.metrics_listen.empty()) return options;
  auto metrics = net::parse_listen_address(section.metrics_listen);
  if (!metrics) return metrics.error();
  options.metrics_listen = *metrics;
  return options;
}

config::Problems refusals(const config::Config& config, const std::string& path) {
  auto problems = address_problems(config.chat_service);
  for (auto& problem : media_problems(config.chat_service)) problems.push_back(std::move(problem));
  for (auto& problem : config::check_chat_deployment(config)) problems.push_back(std::move(problem));
  if (auto exposed = config::exposed_secret(path)) problems.push_back(std::move(*exposed));
  if (const auto tls = tls_of(config.chat_service))
    if (auto usable = net::check_tls_files(*tls); !usable)
      problems.push_back({"chat_service.tls", usable.error().message});
  return problems;
}

}  // namespace parley::chat_service
