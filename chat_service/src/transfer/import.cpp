#include <algorithm>
#include <filesystem>
#include <istream>
#include <map>
#include <nlohmann/json.hpp>

#include "chat_service/src/store/database_lock.hpp"
#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "chat_service/src/transfer/table_columns.hpp"
#include "common/base/json.hpp"
#include "common/storage/transaction.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;
using json::Value;

Error refused(const std::string& what) {
  return {.code = Errc::invalid_argument, .message = "import: " + what};
}

/// Takes an export line by line.
class Import {
 public:
  Import(DatabaseFile& file, std::istream& in) : file_(file), in_(in) {
    for (auto& table : tables_of(file)) tables_.emplace(table.table, std::move(table));
  }

  Result<std::uint64_t> run() {
    if (!is_empty()) return refused("expected a database without users and conversations");
    if (auto header = take_header(); !header) return header.error();
    std::uint64_t rows = 0;
    while (auto line = next_line()) {
      if (!*line) return at_line((*line).error().message);
      const Value& object = **line;
      if (object.contains("rows")) return finish(object, rows);
      if (auto taken = take_row(object); !taken) return at_line(taken.error().message);
      ++rows;
    }
    return refused("the last line is missing: the file was cut off");
  }

 private:
  bool is_empty() {
    return std::all_of(tables_.begin(), tables_.end(), [this](const auto& entry) {
      return !file_->query(file_.keep("SELECT 1 FROM " + entry.first + " LIMIT 1")).next();
    });
  }

  std::optional<Result<Value>> next_line() {
    std::string line;
    if (!std::getline(in_, line)) return std::nullopt;
    ++line_;
    return json::parse_object(line);
  }

  Error at_line(const std::string& what) const {
    return refused("line " + std::to_string(line_) + ": " + what);
  }

  Result<void> take_header() {
    const auto line = next_line();
    if (!line || !*line || !(*line)->contains("parley_export")) return refused("expected an export");
    json::Reader header(**line, "header");
    const auto version = header.integer("parley_export");
    const auto schema_version = header.integer("schema");
    if (header.failed()) return header.error();
    const int newest = schema().back().version;
    if (version != 1 || schema_version < kColumnsSince || schema_version > newest)
      return refused("expected an export of schema " + std::to_string(kColumnsSince) + " to " +
                     std::to_string(newest) + ", it is of " + std::to_string(schema_version));
    return {};
  }

  Result<void> take_row(const Value& object) {
    json::Reader reader(object, "");
    const auto table = tables_.find(reader.string("table"));
    const Value& row = reader.object("row");
    if (reader.failed()) return reader.error();
    if (table == tables_.end()) return refused("table: expected one of the schema");
    const auto& columns = table->second.columns;
    if (row.size() != columns.size()) return refused("row: expected the columns of the schema");
    storage::Query query = file_->query(insertion(table->second));
    for (const auto& column : columns)
      if (!bind(query, row, column))
        return refused("row." + column + ": expected a text, a whole number or null");
    if (!query.run()) return file_.outcome();
    return {};
  }

  std::string_view insertion(const TableColumns& table) {
    std::string places = "?";
    for (std::size_t i = 1; i < table.columns.size(); ++i) places += ", ?";
    return file_.keep("INSERT INTO " + table.table + "(" + join(table.columns) + ") VALUES(" + places + ")");
  }

  static bool bind(storage::Query& query, const Value& row, const std::string& column) {
    const auto cell = row.find(column);
    if (cell == row.end()) return false;
    if (cell->is_null())
      query.bind(nullptr);
    else if (cell->is_string())
      query.bind(cell->get_ref<const std::string&>());
    else if (json::is_int64(*cell))
      query.bind(cell->get<std::int64_t>());
    else
      return false;
    return true;
  }

  Result<std::uint64_t> finish(const Value& object, std::uint64_t rows) {
    json::Reader reader(object, "");
    const auto expected = reader.integer("rows");
    if (reader.failed()) return reader.error();
    if (static_cast<std::uint64_t>(expected) != rows)
      return refused("expected as many rows as the last line says");
    const auto wrong = check_rows(file_);
    if (!wrong.empty()) return refused(wrong.front());
    return rows;
  }

  DatabaseFile& file_;
  std::istream& in_;
  std::map<std::string, TableColumns> tables_;
  std::uint64_t line_ = 0;
};

Result<std::uint64_t> import_into(Result<DatabaseFile> file, std::istream& in) {
  if (!file) return file.error();
  storage::Transaction transaction(**file);
  // Rows come by tables' names, not parents first.
  (*file)->run_script("PRAGMA defer_foreign_keys=ON");
  auto rows = Import(*file, in).run();
  if (!rows) return rows.error();
  if (auto committed = transaction.commit(); !committed) return committed.error();
  return rows;
}

}  // namespace

Result<std::uint64_t> import_database(const std::string& database, std::istream& in) {
  const auto lock = DatabaseLock::take(database);
  if (!lock) return lock.error();
  std::error_code ignored;
  const bool is_there = fs::exists(database, ignored);
  auto rows = import_into(is_there ? DatabaseFile::open(database) : DatabaseFile::make(database), in);
  if (!rows && !is_there)
    for (const char* rest : {"", "-wal", "-shm"}) fs::remove(database + rest, ignored);
  return rows;
}

}  // namespace parley::chat_service
