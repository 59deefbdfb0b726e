#pragma once
#include <parley/error.hpp>

#include "common/config/config.hpp"
#include "token_server/options.hpp"
#include "token_server/sessions/session_service.hpp"

/// From the configuration's words to the server's.
namespace parley::token_server {

/// Fails with Errc::invalid_config if an address cannot be understood.
Result<TokenServerOptions> options_of(const config::Config& config);
Policy policy_of(const config::Config& config);
/// Nothing: plain HTTP.
std::optional<net::TlsServerOptions> tls_of(const config::TokenServer& section);
SessionSettings session_settings_of(const config::TokenServer& section);

/// True if a kind of caller is configured that has sessions.
bool needs_sessions(const config::TokenServer& section);
/// True if callers prove who they are: then there is something to audit.
bool has_proven_callers(const config::TokenServer& section);

}  // namespace parley::token_server
