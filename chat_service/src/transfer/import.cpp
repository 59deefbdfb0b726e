#include <algorithm>
#include <filesystem>
#include <istream>
#include <map>
#include <nlohmann/json.hpp>

#include "chat_service/src/store/database_lock.hpp"
#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/column_rules.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "chat_service/src/transfer/table_columns.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/storage/transaction.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;
using json::Value;

Error bad(std::string what) { return {.code = Errc::invalid_argument, .message = std::move(what)}; }

Error refused(const std::string& what) { return bad("import: " + what); }

/// Takes an export line by line.
class Import {
 public:
  Import(DatabaseFile& file, std::istream& in, const OnProgress& on_progress)
      : file_(file), in_(in), on_progress_(on_progress) {
    for (auto& table : tables_of(file)) tables_.emplace(table.table, std::move(table));
  }

  Result<std::uint64_t> run() {
    if (!is_empty()) return refused("expected a database without users and conversations");
    if (auto header = take_header(); !header) return header.error();
    for (; auto line = next_line(); ++progress_.done) {
      if (!*line) return at_line((*line).error().message);
      const Value& object = **line;
      if (object.contains("rows")) return finish(object, progress_.done);
      if (auto taken = take_row(object); !taken) return at_line(taken.error().message);
      if (auto goes_on = report(on_progress_, progress_); !goes_on) return goes_on.error();
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
    ++line_;
    for (char c = 0; in_.get(c) && c != '\n'; line += c)
      if (line.size() == limits::kImportLineBytes)
        return bad("expected at most " + std::to_string(limits::kImportLineBytes) + " bytes");
    if (line.empty() && !in_) return std::nullopt;
    return json::parse_unique_object(line);
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
    if (table == tables_.end()) return bad("table: expected one of the schema");
    if (object.size() != 2) return bad("expected table and row, nothing else");
    if (auto right = check_row(table->second, row); !right) return right;
    return insert(table->second, row);
  }

  static Result<void> check_row(const TableColumns& table, const Value& row) {
    for (const Column& column : table.columns) {
      const auto cell = row.find(column.name);
      if (cell == row.end()) return bad("row." + column.name + ": is missing");
      if (const auto expected = missed_by(table.table, column, *cell))
        return bad("row." + column.name + ": expected " + std::string(*expected));
    }
    if (row.size() != table.columns.size()) return bad("row: expected the columns of the schema alone");
    return {};
  }

  Result<void> insert(const TableColumns& table, const Value& row) {
    storage::Query query = file_->query(insertion(table));
    for (const Column& column : table.columns) bind(query, row[column.name]);
    query.run();
    return file_.outcome();
  }

  std::string_view insertion(const TableColumns& table) {
    std::string places = "?";
    for (std::size_t i = 1; i < table.columns.size(); ++i) places += ", ?";
    return file_.keep("INSERT INTO " + table.table + "(" + join(table.columns) + ") VALUES(" + places + ")");
  }

  static void bind(storage::Query& query, const Value& cell) {
    if (cell.is_null()) return query.bind(nullptr);
    if (cell.is_string()) return query.bind(cell.get_ref<const std::string&>());
    query.bind(cell.get<std::int64_t>());
  }

  Result<std::uint64_t> finish(const Value& object, std::uint64_t rows) {
    json::Reader reader(object, "");
    const auto expected = reader.integer("rows");
    if (reader.failed()) return reader.error();
    if (static_cast<std::uint64_t>(expected) != rows)
      return refused("expected as many rows as the last line says");
    if (next_line()) return at_line("expected nothing behind the last line");
    // Nothing counts what is inserted here.
    file_->run("INSERT INTO message_usage SELECT user_id, bytes FROM message_usage_counted");
    const auto wrong = check_rows(file_, on_progress_);
    if (!wrong) return wrong.error();
    if (!wrong->empty()) return refused(wrong->front());
    return rows;
  }

  DatabaseFile& file_;
  std::istream& in_;
  const OnProgress& on_progress_;
  Progress progress_{.doing = "rows imported"};
  std::map<std::string, TableColumns> tables_;
  std::uint64_t line_ = 0;
};

Result<std::uint64_t> import_into(Result<DatabaseFile> file, std::istream& in,
                                  const OnProgress& on_progress) {
  if (!file) return file.error();
  storage::Transaction transaction(**file);
  // Rows come by tables' names, not parents first.
  (*file)->run_script("PRAGMA defer_foreign_keys=ON");
  auto rows = Import(*file, in, on_progress).run();
  // A signal also ends the wait for more of a pipe, which looks like the end of its text.
  if (auto goes_on = report(on_progress, {.doing = "rows imported"}); !goes_on) return goes_on.error();
  if (!rows) return rows.error();
  if (auto committed = transaction.commit(); !committed) return committed.error();
  return rows;
}

}  // namespace

Result<std::uint64_t> import_database(const std::string& database, std::istream& in,
                                      const OnProgress& on_progress) {
  if (auto made = make_directory_of(database); !made) return made.error();
  const auto lock = DatabaseLock::take(database);
  if (!lock) return lock.error();
  std::error_code ignored;
  const bool is_there = fs::exists(database, ignored);
  const bool is_one = is_there && fs::file_size(database, ignored) > 0;  // what is empty is made
  auto rows =
      import_into(is_one ? DatabaseFile::open(database) : DatabaseFile::make(database), in, on_progress);
  if (!rows && !is_there)
    for (const char* rest : {"", "-wal", "-shm"}) fs::remove(database + rest, ignored);
  return rows;
}

}  // namespace parley::chat_service
