#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/config/problems.hpp"

/// Files of their own that hold secrets. Inner to this room.
namespace parley::config {

/// Puts the content of every api_key_secret_file in place. Neither path nor content is repeated in problems:
/// people mix the two up.
Problems take_secret_files(nlohmann::ordered_json& document);

inline constexpr const char* kExpectedPrivateFile =
    "expected a file that only its owner and group can read (chmod o-rwx)";

}  // namespace parley::config
