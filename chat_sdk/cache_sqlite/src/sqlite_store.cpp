#include "chat_sdk/cache_sqlite/src/sqlite_store.hpp"

#include <utility>

#include "chat_sdk/cache_sqlite/src/channel_rows.hpp"
#include "chat_sdk/cache_sqlite/src/outbox_rows.hpp"
#include "common/storage/migrations.hpp"
#include "common/storage/transaction.hpp"

namespace parley::detail {
namespace {

// Times are microseconds since 1970.
constexpr storage::Migration kMigrations[] = {{1, "outbox", R"(
      CREATE TABLE outbox(
        place INTEGER PRIMARY KEY,            -- their order
        local_id TEXT NOT NULL UNIQUE,
        channel_sid TEXT NOT NULL,
        text TEXT NOT NULL,
        attributes TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        named INTEGER NOT NULL,               -- by its caller
        newest_before INTEGER NOT NULL,       -- message of the channel; -1: none
        expires_at INTEGER NOT NULL,
        sendable_since INTEGER,               -- NULL: was surely not sent
        blocked INTEGER NOT NULL,
        error_code TEXT,                      -- NULL: is to be sent
        error_message TEXT,
        error_status INTEGER,
        error_server_code INTEGER);
      CREATE TABLE outbox_file(
        message INTEGER NOT NULL REFERENCES outbox(place) ON DELETE CASCADE ON UPDATE CASCADE,
        position INTEGER NOT NULL,
        path TEXT NOT NULL,
        filename TEXT NOT NULL,
        content_type TEXT NOT NULL,
        bytes BLOB NOT NULL,
        media_sid TEXT,                       -- NULL: is not uploaded
        PRIMARY KEY(message, position));
      CREATE INDEX outbox_unsendable ON outbox(place) WHERE sendable_since IS NULL)"},
                                              {2, "channels", R"(
      CREATE TABLE channel(
        sid TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        attributes TEXT NOT NULL,
        created_by TEXT NOT NULL,
        direct INTEGER NOT NULL,
        peer TEXT NOT NULL,
        muted INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_message_index INTEGER,
        last_read_index INTEGER,
        unread_count INTEGER NOT NULL,
        first_unread_index INTEGER) WITHOUT ROWID)"}};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, bool* damaged) {
  auto database = storage::Database::open({.path = path}, damaged);
  if (!database) return database.error();
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(*database)));
  const auto prepared = store->prepare();
  if (damaged) *damaged = store->is_damaged();
  if (!prepared) return prepared.error();
  return store;
}

Result<void> SqliteStore::prepare() {
  if (auto migrated = storage::migrate(*database_, kMigrations); !migrated) return migrated;
  auto check = database_->query("PRAGMA quick_check(1)");
  const bool read = check.next();
  if (read && check.text(0) == "ok") return {};
  damaged_ = read;
  return database_->error().value_or(Error{.code = Errc::storage_error, .message = "the cache is damaged"});
}

Result<CacheContents> SqliteStore::contents() {
  CacheContents contents{.outgoing = read_outgoing(*database_), .channels = read_channels(*database_)};
  if (const auto error = database_->error()) return *error;
  return contents;
}

Result<void> SqliteStore::write(const std::vector<CacheChange>& changes) {
  storage::Transaction transaction(*database_);
  for (const auto& change : changes) std::visit([this](const auto& one) { apply(*database_, one); }, change);
  return transaction.commit();
}

std::vector<StoredOutgoing> salvage(const std::string& path) {
  const auto database = storage::Database::open({.path = path});
  if (!database) return {};
  return salvage_outgoing(**database);
}

}  // namespace parley::detail
