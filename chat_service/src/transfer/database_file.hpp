#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/transfer/progress.hpp"
#include "common/os/owner_rights.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// A service's database as the program's own commands open it, while the service runs or not.
///
/// A command of the superuser works on it with the rights of its directory's owner (os::OwnerRights), for as
/// long as this lives: what is opened meanwhile in another place needs the rights for that place.
///
/// One thread at a time. Outlives its queries.
class DatabaseFile {
 public:
  /// Only what is there, and only with the schema of this program: a command neither makes a database nor
  /// changes one. Fails with Errc::storage_error.
  static Result<DatabaseFile> open(const std::string& path);
  /// A new one.
  static Result<DatabaseFile> make(const std::string& path);
  /// As a service does at its start with one that an older program wrote.
  static Result<void> bring_up_to_date(const std::string& path);

  storage::Database& operator*() { return *database_; }
  storage::Database* operator->() { return database_.get(); }

  /// Keeps a statement's text for as long as the database may remember it.
  std::string_view keep(std::string sql) { return *texts_->insert(std::move(sql)).first; }

  /// What goes wrong from here on, if anything did.
  Result<void> outcome() const;

 private:
  static Result<DatabaseFile> open_any_version(const std::string& path);
  static Result<DatabaseFile> open_as_owner(const std::string& path);
  DatabaseFile(os::OwnerRights rights, std::unique_ptr<storage::Database> database);

  os::OwnerRights rights_;                        // until the database is closed
  std::unique_ptr<std::set<std::string>> texts_;  // outlives the database, which refers to them
  std::unique_ptr<storage::Database> database_;
};

/// Makes the directory in which a service's database is, if it is missing.
Result<void> make_directory_of(const std::string& database);

/// During its life every statement tells how far the work is, and fails with Errc::cancelled when the work is
/// to end. Both arguments outlive it; `progress` may change meanwhile. One at a time for a database.
class Watch {
 public:
  Watch(storage::Database& database, const OnProgress& on_progress, const Progress& progress);
  ~Watch() { database_.on_progress(0, {}); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  storage::Database& database_;
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
