#pragma once
#include <memory>
#include <string>

#include <parley/error.hpp>
#include <parley/seams.hpp>

namespace parley::storage {
class Database;
}

namespace parley::chat_service {

class DatabaseLock;
struct Tables;

/// Where the service keeps everything that must outlive it.
///
/// One thread at a time. Outlives nothing: it is given to the Core, which owns it.
class Store {
 public:
  /// `path` is a file, created if missing (its directory must exist), or ":memory:". Brings an older file up
  /// to date. `random` is used to make the store's own secret the first time. Fails with Errc::storage_error,
  /// also while another store or an import has the file (see DatabaseLock).
  static Result<std::unique_ptr<Store>> open(const std::string& path, Random& random);
  ~Store();

  storage::Database& database() { return *database_; }
  Tables& tables() { return *tables_; }
  /// Keys this store's continuation tokens; the same as long as the file lives.
  const std::string& secret() const { return secret_; }

 private:
  Store(std::unique_ptr<DatabaseLock> lock, std::unique_ptr<storage::Database> database);

  std::unique_ptr<DatabaseLock> lock_;  // ends last
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Tables> tables_;
  std::string secret_;
};

}  // namespace parley::chat_service
