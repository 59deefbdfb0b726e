#include "chat_service/src/transfer/column_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/media/content.hpp"
#include "chat_service/src/media/media_type.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service {
namespace {

using json::Value;

/// `table` "": of any.
struct ColumnRule {
  std::string_view table;
  std::string_view column;
  bool (*holds)(const Value& cell);
  std::string_view expected;
};

const std::string& text_of(const Value& cell) { return cell.get_ref<const std::string&>(); }

template <std::int64_t least, std::int64_t most>
bool is_between(const Value& cell) {
  const auto number = cell.get<std::int64_t>();
  return number >= least && number <= most;
}

// Of any depth and kind: whoever shows it takes what it cannot use for empty.
bool is_json(const Value& cell) { return Value::accept(text_of(cell)); }

bool is_blob(const Value& cell) { return media::is_hash(text_of(cell)); }

// Of older files not in its normal form, which is made where it is served.
bool is_content_type(const Value& cell) {
  return !text_of(cell).empty() && media::clean_content_type(text_of(cell)).has_value();
}

// Of older files with direction characters, which the names of new uploads lose.
bool is_filename(const Value& cell) {
  const auto clean = media::clean_filename(text_of(cell));
  const auto is_refused = [](char c) { return c == '/' || c == '\\' || (c >= 0 && c < ' ') || c == 0x7f; };
  return clean && *clean && std::none_of(text_of(cell).begin(), text_of(cell).end(), is_refused);
}

constexpr bool (*is_flag)(const Value&) = is_between<0, 1>;
constexpr std::string_view kFlag = "0 or 1";
constexpr std::string_view kJson = "JSON text";

constexpr ColumnRule kRules[] = {
    {"media", "blob", is_blob, "64 lower-case hex digits"},
    {"media", "size", is_between<0, INT64_MAX>, "a number of bytes"},
    {"media", "content_type", is_content_type, "type/subtype"},
    {"media", "filename", is_filename, "a name without path and control characters"},
    {"sync_objects", "type", is_between<0, 2>, "0, 1 or 2"},
    {"participants", "role", is_between<0, 3>, "0, 1, 2 or 3"},
    {"sync_items", "removed", is_flag, kFlag},
    {"conversations", "is_public", is_flag, kFlag},
    {"users", "online", is_flag, kFlag},
    {"messages", "has_media", is_flag, kFlag},
    {"participants", "binding", is_json, kJson},
    {"", "attributes", is_json, kJson},
    {"", "data", is_json, kJson},
};

bool has_type(const Value& cell, ColumnType type) {
  if (type == ColumnType::text) return cell.is_string();
  return json::is_int64(cell) || (type == ColumnType::any && cell.is_string());
}

std::string_view name_of(ColumnType type) {
  if (type == ColumnType::text) return "a text";
  return type == ColumnType::integer ? "a whole number" : "a text or a whole number";
}

}  // namespace

std::optional<std::string_view> missed_by(const std::string& table, const Column& column, const Value& cell) {
  if (cell.is_null() && column.nullable) return std::nullopt;
  if (!has_type(cell, column.type)) return name_of(column.type);
  for (const ColumnRule& rule : kRules)
    if (rule.column == column.name && (rule.table.empty() || rule.table == table) && !rule.holds(cell))
      return rule.expected;
  return std::nullopt;
}

}  // namespace parley::chat_service
