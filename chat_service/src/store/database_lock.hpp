#pragma once
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "common/os/file.hpp"

namespace parley::chat_service {

/// A file that belongs to a database: its name with an ending. Links are followed, as SQLite does for its own
/// files beside it, so that one database has one such file.
std::string file_beside(const std::string& database, std::string_view ending);

/// One process at a time writes a database: a service, an import, or a command that does a service's work
/// without one. Whoever only reads needs no lock.
///
/// It is an open file beside the database, "chat.db-lock", so it ends with its process, however that ends.
/// The file stays: removing it would let two processes hold a lock each.
class DatabaseLock {
 public:
  /// Does not wait. Fails with Errc::storage_error if somebody has it, this process included, or if its file
  /// cannot be made. ":memory:" belongs to nobody else anyway.
  static Result<DatabaseLock> take(const std::string& database);
  /// Does somebody hold it now?
  static bool is_taken(const std::string& database);

 private:
  explicit DatabaseLock(os::File file) : file_(std::move(file)) {}

  os::File file_;
};

}  // namespace parley::chat_service
