#include "common/storage/migrations.hpp"

#include "common/storage/database.hpp"
#include "common/storage/transaction.hpp"

namespace parley::storage {
namespace {

int current_version(Database& database) {
  auto query = database.query("SELECT COALESCE(MAX(version), 0) FROM schema_version");
  return query.next() ? static_cast<int>(query.integer(0)) : 0;
}

void apply(Database& database, const Migration& migration) {
  database.run_script(migration.sql);
  database.run("INSERT INTO schema_version(version, name) VALUES(?, ?)", migration.version, migration.name);
}

}  // namespace

Result<void> migrate(Database& database, std::span<const Migration> migrations) {
  Transaction transaction(database);
  database.run_script(
      "CREATE TABLE IF NOT EXISTS schema_version(version INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  const int seen = current_version(database);
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  if (seen > newest)
    database.fail("database: schema version " + std::to_string(seen) + " is newer than this program's " +
                  std::to_string(newest));
  for (const Migration& migration : migrations)
    if (migration.version > seen) apply(database, migration);
  return transaction.commit();
}

}  // namespace parley::storage
