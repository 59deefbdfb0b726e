#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/config/problems.hpp"

/// Files of their own that hold secrets. Inner to this room.
namespace parley::config {

/// Puts the content of every api_key_secret_file in place. Neither path nor content is repeated in problems:
/// people mix the two up.
Problems take_secret_files(nlohmann::ordered_json& document);

/// Has the file one of these permissions? No, if there is no such file, and always no on Windows, where
/// files have other permissions than these.
bool permits(const std::string& path, std::filesystem::perms any_of);

inline constexpr const char* kExpectedPrivateFile =
    "expected a file that only its owner and group can read (chmod o-rwx)";

}  // namespace parley::config
