#pragma once
#include <string>

#include <parley/error.hpp>

#include "chat_service/service.hpp"
#include "common/config/config.hpp"

/// From the configuration's words to the service's.
namespace parley::chat_service {

/// What the command line says instead of the configuration; empty: nothing.
struct Overrides {
  std::string listen{};
  std::string database{};
};

config::Config with(const Overrides& overrides, config::Config config);

/// Fails with Errc::invalid_config if an address cannot be understood. Without a log.
Result<ServiceOptions> options_of(const config::Config& config);
std::vector<Tenant> tenants_of(const config::Config& config);
MediaOptions media_of(const config::ChatService& section);
/// Nothing: plain.
std::optional<net::TlsServerOptions> tls_of(const config::ChatService& section);

/// Why a configuration that is right in itself must not be served: see config::check_chat_deployment(), the
/// permissions of the file at `path`, and the TLS files.
config::Problems refusals(const config::Config& config, const std::string& path);

}  // namespace parley::chat_service
