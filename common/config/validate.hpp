#pragma once
#include <nlohmann/json_fwd.hpp>

#include "common/config/problems.hpp"

/// Checks a document against config.schema.json. Inner to this room.
namespace parley::config {

/// Every way in which the document breaks the schema, in the words of the schema's "errorMessage"s.
Problems validate(const nlohmann::json& document);

}  // namespace parley::config
