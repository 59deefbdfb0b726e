#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3_stmt;

namespace parley::storage {

class Database;

/// The statements of one text that are prepared and not in use: one that is in use is taken out, so that
/// nested use of the same text gets its own.
struct PreparedText {
  std::string_view sql;
  std::vector<sqlite3_stmt*> idle{};
};

/// One use of a prepared statement: bind, step through rows, give it back on destruction.
///
/// Columns count from 0. Reading a column of another type converts as SQLite does; NULL reads as 0 or "".
class Query {
 public:
  Query(Database& database, PreparedText& text, sqlite3_stmt* statement);
  ~Query();
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;

  // Values are copied; each call binds the next parameter.
  void bind(std::int64_t value);
  void bind(int value) { bind(std::int64_t{value}); }
  void bind(bool value) { bind(std::int64_t{value}); }
  void bind(std::string_view value);
  void bind(const std::string& value) { bind(std::string_view(value)); }
  void bind(const char* value) { bind(std::string_view(value)); }
  void bind(std::nullptr_t);
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value)
      bind(*value);
    else
      bind(nullptr);
  }
  template <class... T>
  void bind(const std::variant<T...>& value) {
    std::visit([this](const auto& one) { bind(one); }, value);
  }

  /// Goes to the next row. False at the end and after a failure (see Database::error()).
  bool next();
  /// Steps to the end. True unless it failed.
  bool run();

  std::int64_t integer(int column) const;
  bool boolean(int column) const { return integer(column) != 0; }
  std::string text(int column) const;
  bool is_null(int column) const;
  bool is_integer(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::optional<std::string> optional_text(int column) const;

 private:
  Database* database_;
  PreparedText* text_;
  sqlite3_stmt* statement_;  ///< null after a failed preparation: every step then gives nothing
  int bound_ = 0;
};

}  // namespace parley::storage
