#pragma once
#include <parley/error.hpp>
#include <span>

namespace parley::storage {

class Database;

/// One step of a schema's history. Steps are never edited after a release, only appended.
struct Migration {
  int version;       ///< 1, 2, 3, ...
  const char* name;  ///< for people, e.g. "conversations"
  const char* sql;   ///< a script
};

/// Brings the database to the newest version: runs the steps it has not seen, all in one transaction, and
/// writes them down in the table `schema_version`. Forward only.
///
/// Fails with Errc::storage_error if a step fails (nothing is changed then) or if the database was written by
/// a newer program.
Result<void> migrate(Database& database, std::span<const Migration> migrations);

}  // namespace parley::storage
