#include "token_server/program/settings.hpp"

#include <algorithm>

namespace parley::token_server {
namespace {

std::vector<token::Grant> other_grants(const config::Account& in) {
  std::vector<token::Grant> grants;
  if (in.sync) grants.push_back(token::SyncGrant{.service_sid = in.sync->service_sid});
  if (in.video) grants.push_back(token::VideoGrant{.room = in.video->room});
  if (in.voice)
    grants.push_back(token::VoiceGrant{.incoming_allowed = in.voice->incoming_allowed,
                                       .outgoing_application_sid = in.voice->outgoing_application_sid,
                                       .outgoing_params = in.voice->outgoing_params,
                                       .push_credential_sid = in.voice->push_credential_sid});
  return grants;
}

AccountOptions account_of(const config::Account& in) {
  return {.name = in.name,
          .key = {in.account_sid, in.api_key_sid, in.api_key_secret},
          .chat_service_sid = in.chat_service_sid,
          .push_credential_sid = in.push_credential_sid,
          .deployment_role_sid = in.deployment_role_sid,
          .region = in.region,
          .algorithm = token::parse_algorithm(in.algorithm).value_or(token::Algorithm::hs256),
          .other_grants = other_grants(in)};
}

/// Each kind of caller in the server's words.
struct Translate {
  using Who = decltype(CallerOptions::who);

  Who operator()(const config::DevelopmentCallers&) const { return DevelopmentCallers{}; }
  Who operator()(const config::BackendKeyCallers& in) const {
    BackendKeys keys;
    for (const auto& key : in.keys)
      keys.push_back({key.name, key.sha256, key.identities, key.requests_per_minute});
    return keys;
  }
  Who operator()(const config::UserCallers&) const { return UserCallers{}; }
  Who operator()(const config::OidcCallers& in) const {
    return OidcSettings{.issuer = in.issuer,
                        .audiences = in.audiences,
                        .algorithms = in.algorithms,
                        .jwks_file = in.jwks_file,
                        .jwks_url = in.jwks_url,
                        .jwks_ca_file = in.jwks_ca_file,
                        .identity_claim = in.identity_claim,
                        .clock_skew = in.clock_skew};
  }
};

std::vector<std::string> identities_of(const config::CallerEntry& entry) {
  const auto* issuer = std::get_if<config::OidcCallers>(&entry.who);
  return issuer ? issuer->identities : std::vector<std::string>{};
}

template <class Kind>
bool has(const config::TokenServer& section) {
  return std::any_of(section.callers.begin(), section.callers.end(),
                     [](const auto& entry) { return std::holds_alternative<Kind>(entry.who); });
}

}  // namespace

Policy policy_of(const config::Config& config) {
  const auto& section = config.token_server;
  Policy policy;
  for (const auto& account : config.accounts) policy.accounts.push_back(account_of(account));
  for (const auto& entry : section.callers)
    policy.callers.push_back({.max_ttl = entry.token_ttl,
                              .accounts = entry.accounts,
                              .identities = identities_of(entry),
                              .who = std::visit(Translate{}, entry.who)});
  policy.ttl = section.token_ttl;
  policy.allowed_origins = section.allowed_origins;
  policy.trusted_proxies = section.trusted_proxies;
  policy.get_with_password = section.get_with_password;
  policy.rates = {section.limits.requests_per_minute_per_address,
                  section.limits.requests_per_minute_per_identity};
  return policy;
}

Result<TokenServerOptions> options_of(const config::Config& config) {
  const auto& section = config.token_server;
  auto listen = net::parse_listen_address(section.listen);
  if (!listen) return listen.error();
  TokenServerOptions options{.listen = *listen,
                             .max_connections = section.limits.max_connections,
                             .max_connections_per_address = section.limits.connections_per_address,
                             .policy = policy_of(config)};
  options.tls = tls_of(section);
  const auto metrics_listen = section.metrics_listen.value_or(config::kDefaultTokenMetrics);
  if (metrics_listen == config::kNoMetrics) return options;
  auto metrics = net::parse_listen_address(metrics_listen);
  if (!metrics) return metrics.error();
  options.metrics_listen = *metrics;
  // Several servers on one machine need not say anything about metrics.
  options.metrics_may_fail = !section.metrics_listen;
  return options;
}

std::optional<net::TlsServerOptions> tls_of(const config::TokenServer& section) {
  if (!section.tls) return std::nullopt;
  return net::TlsServerOptions{section.tls->certificate_file, section.tls->private_key_file};
}

SessionSettings session_settings_of(const config::TokenServer& section) {
  return {.database = section.database,
          .idle_life = section.refresh_idle,
          .absolute_life = section.refresh_absolute};
}

bool needs_sessions(const config::TokenServer& section) {
  return has<config::UserCallers>(section) || has<config::OidcCallers>(section);
}

bool has_proven_callers(const config::TokenServer& section) {
  return needs_sessions(section) || has<config::BackendKeyCallers>(section);
}

}  // namespace parley::token_server
