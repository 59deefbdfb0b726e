#pragma once
#include "common/config/config.hpp"

/// What a schema cannot say. Inner to this room.
namespace parley::config {

/// Rules about several keys at a time: names that are unique or exist, entries that exclude each other.
/// Nothing here looks at files or the network.
Problems check_rules(const Config& config);

}  // namespace parley::config
