#include "chat_sdk/cache_sqlite/src/sqlite_store.hpp"

#include <utility>

#include "chat_sdk/cache_sqlite/src/channel_rows.hpp"
#include "chat_sdk/cache_sqlite/src/history_rows.hpp"
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
        first_unread_index INTEGER) WITHOUT ROWID)"},
                                              {3, "history", R"(
      CREATE TABLE message(
        channel_sid TEXT NOT NULL,
        message_index INTEGER NOT NULL,
        sid TEXT NOT NULL,
        author TEXT NOT NULL,
        text TEXT NOT NULL,
        attributes TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        updated_by TEXT NOT NULL,
        bytes INTEGER NOT NULL,               -- that it takes, about
        PRIMARY KEY(channel_sid, message_index)) WITHOUT ROWID;
      CREATE TABLE message_medium(
        channel_sid TEXT NOT NULL,
        message_index INTEGER NOT NULL,
        position INTEGER NOT NULL,
        sid TEXT NOT NULL,
        category TEXT NOT NULL,
        filename TEXT NOT NULL,
        content_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        PRIMARY KEY(channel_sid, message_index, position),
        FOREIGN KEY(channel_sid, message_index) REFERENCES message ON DELETE CASCADE) WITHOUT ROWID;
      CREATE TABLE history_range(             -- of these indexes every message that exists is there
        channel_sid TEXT NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY(channel_sid, first)) WITHOUT ROWID;
      CREATE TABLE history(
        channel_sid TEXT PRIMARY KEY,
        bytes INTEGER NOT NULL,               -- of its messages
        changed INTEGER NOT NULL              -- greater than that of those that changed before
        ) WITHOUT ROWID;
      CREATE INDEX history_by_change ON history(changed);
      CREATE TRIGGER message_inserted AFTER INSERT ON message BEGIN
        UPDATE history SET bytes = bytes + NEW.bytes WHERE channel_sid = NEW.channel_sid; END;
      CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
        UPDATE history SET bytes = bytes - OLD.bytes WHERE channel_sid = OLD.channel_sid; END)"},
                                              {4, "read horizons", R"(
      CREATE TABLE read_horizon(              -- that the service does not have
        channel_sid TEXT PRIMARY KEY,
        message_index INTEGER,                -- NULL: nothing is read
        back INTEGER NOT NULL) WITHOUT ROWID)"}};

// Of all but the messages, which may take long: verify() reads them when the list is shown.
constexpr std::string_view kChecksAtOpen[] = {
    "PRAGMA quick_check(outbox)",  "PRAGMA quick_check(outbox_file)",
    "PRAGMA quick_check(channel)", "PRAGMA quick_check(read_horizon)",
    "PRAGMA quick_check(history)", "PRAGMA quick_check(history_range)"};

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
  for (const auto pragma : kChecksAtOpen)
    if (auto sound = check(pragma); !sound) return sound;
  return {};
}

Result<void> SqliteStore::verify() { return check("PRAGMA quick_check(1)"); }

Result<void> SqliteStore::check(std::string_view pragma) {
  auto found = database_->query(pragma);
  const bool read = found.next();
  if (read && found.text(0) == "ok") return {};
  damaged_ = damaged_ || read;
  return database_->error().value_or(Error{.code = Errc::storage_error, .message = "the cache is damaged"});
}

Result<CacheContents> SqliteStore::contents() {
  CacheContents contents{.outgoing = read_outgoing(*database_),
                         .channels = read_channels(*database_),
                         .horizons = read_horizons(*database_)};
  auto ranges = read_ranges(*database_);
  for (auto& channel : contents.channels) channel.known_history = std::move(ranges[channel.sid]);
  if (const auto error = database_->error()) return *error;
  return contents;
}

Result<void> SqliteStore::write(const std::vector<CacheChange>& changes) {
  storage::Transaction transaction(*database_);
  for (const auto& change : changes) std::visit([this](const auto& one) { apply(*database_, one); }, change);
  return transaction.commit();
}

Result<CachedMessages> SqliteStore::read(const HistoryQuery& query) {
  auto found = read_messages(*database_, query);
  if (const auto error = database_->error()) {
    database_->clear_error();
    return *error;
  }
  return found;
}

std::vector<StoredOutgoing> salvage(const std::string& path) {
  const auto database = storage::Database::open({.path = path});
  if (!database) return {};
  return salvage_outgoing(**database);
}

}  // namespace parley::detail
