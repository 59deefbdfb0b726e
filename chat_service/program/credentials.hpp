#pragma once
#include <parley/seams.hpp>

#include "common/config/config.hpp"

namespace parley::chat_service {

/// The process's environment; if it names no account at all, one with a random account, key, secret and
/// service instead. For a service that a test suite starts without any configuration.
config::Environment environment_or_fresh_account(const config::Environment& environment, Random& random);

/// Does the environment name an account, or a part of one?
bool names_account(const config::Environment& environment);

}  // namespace parley::chat_service
