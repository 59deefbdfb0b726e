#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "chat_service/src/model.hpp"
#include "common/base/json.hpp"

/// Stored values as JSON. Include <nlohmann/json.hpp> in the .cpp file that uses these.
namespace parley::chat_service {

json::OrderedValue or_null(const std::optional<std::string>& value);
json::OrderedValue or_null(const std::optional<std::int64_t>& value);
/// As ISO 8601.
json::OrderedValue date_or_null(const std::optional<Millis>& date);

}  // namespace parley::chat_service
