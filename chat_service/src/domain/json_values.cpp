#include "chat_service/src/domain/json_values.hpp"

#include <nlohmann/json.hpp>

namespace parley::chat_service {

json::OrderedValue or_null(const std::optional<std::string>& value) {
  return value ? json::OrderedValue(*value) : json::OrderedValue(nullptr);
}

json::OrderedValue or_null(const std::optional<std::int64_t>& value) {
  return value ? json::OrderedValue(*value) : json::OrderedValue(nullptr);
}

json::OrderedValue date_or_null(const std::optional<Millis>& date) {
  return date ? json::OrderedValue(to_iso(*date)) : json::OrderedValue(nullptr);
}

}  // namespace parley::chat_service
