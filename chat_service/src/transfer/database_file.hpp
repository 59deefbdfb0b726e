#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "common/storage/database.hpp"

namespace parley::chat_service {

/// A service's database as the program's own commands open it, while the service runs or not.
///
/// One thread at a time. Outlives its queries.
class DatabaseFile {
 public:
  /// Only what is there, and only with the schema of this program: a command neither makes a database nor
  /// changes one. Fails with Errc::storage_error.
  static Result<DatabaseFile> open(const std::string& path);
  /// A new one.
  static Result<DatabaseFile> make(const std::string& path);

  storage::Database& operator*() { return *database_; }
  storage::Database* operator->() { return database_.get(); }

  /// Keeps a statement's text for as long as the database may remember it.
  std::string_view keep(std::string sql) { return *texts_->insert(std::move(sql)).first; }

  /// What goes wrong from here on, if anything did.
  Result<void> outcome() const;

 private:
  explicit DatabaseFile(std::unique_ptr<storage::Database> database);

  std::unique_ptr<std::set<std::string>> texts_;  // outlives the database, which refers to them
  std::unique_ptr<storage::Database> database_;
};

/// Everything read during its life is of one moment; writers are not held up.
class Snapshot {
 public:
  explicit Snapshot(storage::Database& database) : database_(database) { database_.run_script("BEGIN"); }
  ~Snapshot() { database_.run_script("COMMIT"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
