#include "chat_service/src/transfer/table_columns.hpp"

namespace parley::chat_service {
namespace {

ColumnType type_of(const std::string& declared) {
  if (declared == "TEXT") return ColumnType::text;
  return declared == "INTEGER" ? ColumnType::integer : ColumnType::any;
}

constexpr std::string_view kDeleted = "deleted";

/// Which rows belong to nothing that is deleted, by a column that says so.
std::string_view condition_of(std::string_view column) {
  if (column == kDeleted) return "deleted = 0";
  if (column == "conversation_id")
    return "conversation_id IS NULL OR conversation_id NOT IN (SELECT id FROM conversations WHERE deleted = "
           "1)";
  // Neither the items of its objects nor those that show it to members who were not told yet.
  if (column == "object_id")
    return "object_id NOT IN (SELECT id FROM sync_objects WHERE deleted = 1) AND "
           "key NOT IN (SELECT sid FROM conversations WHERE deleted = 1)";
  return "";
}

}  // namespace

std::vector<TableColumns> tables_of(DatabaseFile& file) {
  std::vector<TableColumns> tables;
  auto names = file->query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
      // The last three follow from media, message_holes and messages.
      "AND name NOT IN ('meta', 'schema_version', 'media_usage', 'message_hole_counts', "
      "'message_usage') ORDER BY name");
  while (names.next()) tables.push_back({.table = names.text(0)});
  for (auto& table : tables) {
    auto columns = file->query(
        "SELECT name, type, \"notnull\" = 0 AND pk = 0 FROM pragma_table_info(?) ORDER BY cid", table.table);
    while (columns.next()) {
      if (const auto condition = condition_of(columns.text(0)); !condition.empty())
        table.condition = condition;
      if (columns.text(0) != kDeleted)
        table.columns.push_back({columns.text(0), type_of(columns.text(1)), columns.boolean(2)});
    }
    auto keys = file->query("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table.table);
    while (keys.next()) table.primary_key.push_back(keys.text(0));
  }
  return tables;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string join(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return join(names);
}

}  // namespace parley::chat_service
