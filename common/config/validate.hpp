#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "common/config/problems.hpp"

/// Checks documents against config.schema.json. Inner to this room.
namespace parley::config {

/// Every way in which a configuration breaks the schema, in the words of the schema's "errorMessage"s.
Problems validate(const nlohmann::ordered_json& document);

/// The same for the content of a keys_file; `path` stands for the list in problems.
Problems validate_keys(const nlohmann::ordered_json& list, const std::string& path);

}  // namespace parley::config
