#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace parley {

/// For programs that use nlohmann/json themselves: attributes are JSON text in the interface.
/// Returns a discarded value if the text is not JSON.
inline nlohmann::json attributes_to_json(const std::string& attributes) {
  return nlohmann::json::parse(attributes, nullptr, /*allow_exceptions=*/false);
}

/// Bytes that are not UTF-8 become U+FFFD.
inline std::string attributes_from_json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace parley
