#include "common/storage/query.hpp"

#include <sqlite3.h>

#include <utility>

#include "common/storage/database.hpp"

namespace parley::storage {

Query::Query(Database& database, PreparedText& text, sqlite3_stmt* statement)
    : database_(&database), text_(&text), statement_(statement) {}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      text_(other.text_),
      statement_(std::exchange(other.statement_, nullptr)),
      bound_(other.bound_) {}

Query::~Query() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  database_->done_.steps +=
      static_cast<std::uint64_t>(sqlite3_stmt_status(statement_, SQLITE_STMTSTATUS_VM_STEP, /*reset=*/1));
  sqlite3_clear_bindings(statement_);
  text_->idle.push_back(statement_);
}

void Query::bind(std::int64_t value) {
  if (statement_) sqlite3_bind_int64(statement_, ++bound_, value);
}

void Query::bind(std::string_view value) {
  // An empty view may have a null pointer, which SQLite would take for NULL.
  const char* data = value.data() ? value.data() : "";
  if (statement_)
    sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Query::bind(std::nullptr_t) {
  if (statement_) sqlite3_bind_null(statement_, ++bound_);
}

bool Query::next() {
  if (!statement_ || database_->error()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    ++database_->done_.rows;
    return true;
  }
  if (code != SQLITE_DONE) database_->fail_with_last_error(text_->sql);
  return false;
}

bool Query::run() {
  while (next()) {
  }
  return !database_->error();
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!data) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

bool Query::is_integer(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_INTEGER; }

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Query::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

}  // namespace parley::storage
