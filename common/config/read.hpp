#pragma once
#include <nlohmann/json_fwd.hpp>

#include "common/config/config.hpp"

/// From JSON to structs. Inner to this room.
namespace parley::config {

/// The document must have passed validate(), and its secrets must be in place (see secret_files.hpp).
Config read_config(const nlohmann::ordered_json& document);

/// The same for a list that has passed validate_keys(); `path` is that of the list.
std::vector<BackendKey> read_keys(const nlohmann::ordered_json& list, const std::string& path);

}  // namespace parley::config
