#include "chat_service/src/domain/json_values.hpp"

#include <nlohmann/json.hpp>

namespace parley::chat_service {

json::Value or_null(const std::optional<std::string>& value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

json::Value or_null(const std::optional<std::int64_t>& value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

json::Value date_or_null(const std::optional<Millis>& date) {
  return date ? json::Value(to_iso(*date)) : json::Value(nullptr);
}

}  // namespace parley::chat_service
