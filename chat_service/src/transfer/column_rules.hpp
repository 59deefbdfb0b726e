#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/transfer/table_columns.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service {

/// What a cell would have to be, if it is something else: of another type than the schema says, or a value
/// that the service never writes and trusts when it reads it.
std::optional<std::string_view> missed_by(const std::string& table, const Column& column,
                                          const json::Value& cell);

}  // namespace parley::chat_service
