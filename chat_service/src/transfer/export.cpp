#include "chat_service/src/transfer/export.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/transfer/table_columns.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service {
namespace {

using json::OrderedValue;

constexpr std::size_t kPiece = 64 * 1024;

OrderedValue header(DatabaseFile& file) {
  OrderedValue services = OrderedValue::array();
  auto query = file->query("SELECT DISTINCT service_sid FROM sync_objects ORDER BY service_sid");
  while (query.next()) services.push_back(query.text(0));
  return {{"parley_export", 1}, {"schema", schema().back().version}, {"services", std::move(services)}};
}

OrderedValue cell(const storage::Query& query, int column) {
  if (query.is_null(column)) return nullptr;
  if (query.is_integer(column)) return query.integer(column);
  return query.text(column);
}

/// Writes tables row by row, in pieces of some size.
class Export {
 public:
  Export(DatabaseFile& file, const WriteText& write, const OnProgress& on_progress)
      : file_(file), write_(write), on_progress_(on_progress), tables_(tables_of(file)) {}

  Result<std::uint64_t> run() {
    for (const auto& table : tables_) progress_.total += rows_of(table);
    add(header(file_));
    for (const auto& table : tables_)
      if (auto written = write_rows(table); !written) return written.error();
    add({{"rows", progress_.done}});
    if (auto written = flush(); !written) return written.error();
    if (auto read = file_.outcome(); !read) return read.error();
    return progress_.done;
  }

 private:
  std::uint64_t rows_of(const TableColumns& table) {
    auto query =
        file_->query(file_.keep("SELECT COUNT(*) FROM " + table.table + " WHERE " + table.condition));
    return query.next() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
  }

  Result<void> write_rows(const TableColumns& table) {
    const auto sql = file_.keep("SELECT " + join(table.columns) + " FROM " + table.table + " WHERE " +
                                table.condition + " ORDER BY " + join(table.primary_key));
    for (auto query = file_->query(sql); query.next(); ++progress_.done) {
      OrderedValue row = OrderedValue::object();
      for (std::size_t i = 0; i < table.columns.size(); ++i)
        row[table.columns[i].name] = cell(query, static_cast<int>(i));
      add({{"table", table.table}, {"row", std::move(row)}});
      if (text_.size() < kPiece) continue;
      if (auto written = flush(); !written) return written;
    }
    return {};
  }

  void add(const OrderedValue& line) { text_.append(json::dump(line)).push_back('\n'); }

  Result<void> flush() {
    if (auto goes_on = report(on_progress_, progress_); !goes_on) return goes_on;
    auto written = write_(text_);
    text_.clear();
    return written;
  }

  DatabaseFile& file_;
  const WriteText& write_;
  const OnProgress& on_progress_;
  const std::vector<TableColumns> tables_;
  Progress progress_{.doing = "rows exported"};
  std::string text_;
};

}  // namespace

Result<std::uint64_t> export_database(const std::string& database, const WriteText& write,
                                      const OnProgress& on_progress) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  const Snapshot snapshot(**file);
  return Export(*file, write, on_progress).run();
}

}  // namespace parley::chat_service
