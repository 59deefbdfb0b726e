#pragma once
#include "common/config/config.hpp"

namespace parley::chat_service {

struct ServeOptions {
  bool print_config = false;      ///< one line of JSON for a program instead of one of words for people
  bool exit_with_parent = false;  ///< stop when standard input ends
};

/// Runs the service until SIGINT or SIGTERM; SIGHUP reads certificate and key again. The configuration has no
/// refusals(). Returns the exit code; everything has been said by then.
int serve(const config::Config& config, const ServeOptions& options);

}  // namespace parley::chat_service
