#pragma once
#include <string>

#include "common/config/config.hpp"

namespace parley::token_server {

/// Why a configuration that is right in itself must not be served: see config::check_deployment(), and the
/// permissions of the file at `path`.
config::Problems refusals(const config::Config& config, const std::string& path);

/// Runs the server until SIGINT or SIGTERM; SIGHUP re-reads the configuration from `path` (empty: from the
/// environment only). The
/// configuration has no refusals(). Returns the exit code; everything has been said by then.
int serve(const config::Config& config, const std::string& path);

}  // namespace parley::token_server
