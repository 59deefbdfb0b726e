#include "chat_service/src/transfer/export.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/transfer/table_columns.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service {
namespace {

using json::Value;

Value header(DatabaseFile& file) {
  Value services = Value::array();
  auto query = file->query("SELECT DISTINCT service_sid FROM sync_objects ORDER BY service_sid");
  while (query.next()) services.push_back(query.text(0));
  return {{"parley_export", 1}, {"schema", schema().back().version}, {"services", std::move(services)}};
}

Value cell(const storage::Query& query, int column) {
  if (query.is_null(column)) return nullptr;
  if (query.is_integer(column)) return query.integer(column);
  return query.text(column);
}

std::uint64_t write_rows(DatabaseFile& file, const TableColumns& table, std::ostream& out) {
  const auto sql = file.keep("SELECT " + join(table.columns) + " FROM " + table.table + " ORDER BY " +
                             join(table.primary_key));
  std::uint64_t rows = 0;
  for (auto query = file->query(sql); query.next(); ++rows) {
    Value row = Value::object();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      row[table.columns[i].name] = cell(query, static_cast<int>(i));
    out << json::dump({{"table", table.table}, {"row", std::move(row)}}) << '\n';
  }
  return rows;
}

}  // namespace

Result<std::uint64_t> export_database(const std::string& database, std::ostream& out) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  std::uint64_t rows = 0;
  {
    const Snapshot snapshot(**file);
    out << json::dump(header(*file)) << '\n';
    for (const auto& table : tables_of(*file)) rows += write_rows(*file, table, out);
  }
  out << json::dump({{"rows", rows}}) << std::endl;
  if (auto read = file->outcome(); !read) return read.error();
  if (!out) return Error{.code = Errc::storage_error, .message = "export: cannot be written"};
  return rows;
}

}  // namespace parley::chat_service
