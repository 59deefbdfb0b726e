#include "token_server/sessions/session_database.hpp"

#include <chrono>
#include <thread>

#include "common/os/owner_rights.hpp"
#include "common/storage/migrations.hpp"
#include "token_server/audit/private_file.hpp"

namespace parley::token_server {
namespace {

constexpr const char* kFirst = R"sql(
CREATE TABLE users(
  name TEXT PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE,    -- in chat
  password TEXT NOT NULL,           -- scrypt$ln=15,r=8,p=1$salt$hash
  password_version INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL) WITHOUT ROWID;

-- A session: the refresh tokens that came from one login, each from the one before.
CREATE TABLE families(
  id INTEGER PRIMARY KEY,
  entry TEXT NOT NULL,
  name TEXT NOT NULL,
  identity TEXT NOT NULL,
  account TEXT NOT NULL,
  ends_at INTEGER NOT NULL,         -- however often it is renewed
  live_until INTEGER NOT NULL);     -- when its newest token expires
CREATE INDEX families_by_subject ON families(entry, name, live_until);
CREATE INDEX families_by_life ON families(live_until);

CREATE TABLE refresh_tokens(
  hash TEXT PRIMARY KEY,            -- SHA-256 of its text, the only trace of it
  family INTEGER NOT NULL REFERENCES families(id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  spent_at INTEGER,                 -- null: never used
  successor TEXT,                   -- its hash
  -- For an answer that was lost, and gone soon after: the successor, sealed with this token's text.
  sealed_successor TEXT,
  spent_from TEXT) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_family ON refresh_tokens(family);
CREATE INDEX refresh_tokens_by_life ON refresh_tokens(expires_at);
CREATE INDEX refresh_tokens_sealed ON refresh_tokens(spent_at) WHERE sealed_successor IS NOT NULL;
)sql";

constexpr storage::Migration kSchema[] = {{1, "first", kFirst}};

using Opened = Result<std::unique_ptr<storage::Database>>;

// A new file becomes one with a write-ahead log, and for that step SQLite does not wait for others who open
// it at the same moment: the server and an operator's command. It takes them milliseconds.
Opened open_patiently(const std::string& path) {
  constexpr int kTries = 40;
  constexpr auto kPause = std::chrono::milliseconds(25);
  auto database = storage::Database::open({.path = path});
  for (int i = 1; i < kTries && !database; ++i) {
    std::this_thread::sleep_for(kPause);
    database = storage::Database::open({.path = path});
  }
  return database;
}

}  // namespace

Result<std::unique_ptr<storage::Database>> open_session_database(const std::string& path) {
  const auto rights = os::OwnerRights::of(path);
  if (!rights) return rights.error();
  if (path != ":memory:")
    if (auto made = make_private_file(path); !made) return made.error();
  auto database = open_patiently(path);
  if (!database) return database;
  if (auto migrated = storage::migrate(**database, kSchema); !migrated) return migrated.error();
  return database;
}

}  // namespace parley::token_server
