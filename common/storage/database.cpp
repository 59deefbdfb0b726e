#include "common/storage/database.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <optional>

namespace parley::storage {
namespace {

constexpr const char* kSetup =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; "
    "PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864;";

// In pages of 4 KB: when the log is brought into the file, and how much may come during that before a commit
// has to help, because the log would never end.
constexpr int kLongLog = 4'000;
constexpr int kVeryLongLog = 40'000;
// Longer than the file may stay, and worth a word to whoever reads beside.
constexpr int kHeldLog = 16'384;

constexpr auto kRetryAfter = std::chrono::seconds(1);

Error storage_error(std::string_view doing, const char* reason) {
  return {.code = Errc::storage_error, .message = "database: " + std::string(doing) + ": " + reason};
}

// Why a file cannot be used, and what to do: SQLite's own words name neither.
const char* explain(sqlite3* handle) {
  const int reason = sqlite3_system_errno(handle);
  switch (sqlite3_errcode(handle) & 0xff) {
    case SQLITE_NOTADB:
      return "it is not an SQLite database; was another file named by mistake?";
    case SQLITE_CORRUPT:
      return "it is damaged or was cut off; a backup has to take its place";
    case SQLITE_BUSY:
      return "another program is writing to it; try again when it has ended";
    case SQLITE_READONLY:
      return "this user may not write it; its owner or root may";
    case SQLITE_CANTOPEN:
      if (reason == EISDIR) return "it is a directory, expected a file";
      if (reason == ENOENT) return "its directory does not exist";
      if (reason == EACCES) return "this user may not open it; its owner or root may";
      break;
    default:
      break;
  }
  return sqlite3_errmsg(handle);
}

/// What is in the place of a file that SQLite keeps beside the database, and is none. A pipe, which whoever
/// may write in the directory can put there, would keep SQLite waiting for its other end.
std::optional<std::string> unfit_file_beside(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code unknown;
  const std::string real = fs::weakly_canonical(path, unknown).string();
  for (const char* ending : {"-journal", "-wal", "-shm"}) {
    const auto status = fs::symlink_status(real + ending, unknown);
    if (fs::exists(status) && !fs::is_regular_file(status)) return real + ending;
  }
  return std::nullopt;
}

}  // namespace

void spare_memory_statistics() { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options, bool* damaged) {
  if (const auto unfit = unfit_file_beside(options.path))
    return storage_error(*unfit, "it is no regular file; whatever it is, remove it");
  sqlite3* handle = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, kFlags, nullptr);
  if (!handle) return storage_error("open", "out of memory");
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return storage_error(options.path, explain(handle));
  sqlite3_extended_result_codes(handle, 1);
  database->set_busy_timeout(options.busy_timeout);
  if (!database->run_script(kSetup)) {
    Error error = storage_error(options.path, explain(handle));
    error.retry_after = database->error()->retry_after;
    if (damaged) *damaged = database->is_damaged();
    return error;
  }
  database->keep_log_short(options.path);
  return database;
}

void Database::keep_log_short(const std::string& path) {
  if (path == ":memory:") return;
  checkpointer_ = std::make_unique<Checkpointer>(path);
  const auto hook = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<Database*>(self)->on_logged(pages);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle_, hook, this);
}

// The log begins anew only after a moment at which all of it is in the file: what was written while the other
// connection copied has to be copied here, or that moment never comes under load.
void Database::on_logged(int pages) {
  logged_pages_ = pages;
  const auto moved = checkpointer_->take_finished();
  if (pages < kLongLog) return;  // begun anew: what was moved before counts no more
  const int left = moved ? pages - *moved : 0;
  if (moved && (left < kLongLog || left > kVeryLongLog))
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  else
    checkpointer_->wake();
}

Database::~Database() {
  checkpointer_.reset();
  for (auto& [address, text] : texts_)
    for (sqlite3_stmt* statement : text.idle) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

bool Database::run_script(const std::string& sql) {
  if (error_) return false;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return true;
  fail_with_last_error("script");
  return false;
}

void Database::set_busy_timeout(Duration timeout) {
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
  sqlite3_busy_timeout(handle_, static_cast<int>(wait.count()));
}

void Database::on_progress(int every, std::function<bool()> go_on) {
  go_on_ = std::move(go_on);
  const auto ask = [](void* self) { return static_cast<Database*>(self)->go_on_() ? 0 : 1; };
  sqlite3_progress_handler(handle_, go_on_ ? every : 0, ask, this);
}

std::uint64_t Database::log_bytes() const {
  const char* name = sqlite3_db_filename(handle_, "main");
  if (!checkpointer_ || !name || *name == 0) return 0;
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(sqlite3_filename_wal(name), missing);
  return missing ? 0 : bytes;
}

bool Database::is_log_held() const {
  return logged_pages_ > kHeldLog && checkpointer_ && checkpointer_->is_held();
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }

Database::Work Database::work() const {
  Work work = done_;
  work.rows += static_cast<std::uint64_t>(sqlite3_total_changes64(handle_));
  return work;
}

void Database::fail(std::string message) {
  if (!error_) error_ = Error{.code = Errc::storage_error, .message = std::move(message)};
}

std::vector<std::string> Database::statements() const {
  std::vector<std::string> texts;
  for (const auto& [address, text] : texts_) texts.emplace_back(text.sql);
  return texts;
}

void Database::on_commit(std::function<bool()> allow) {
  allow_commit_ = std::move(allow);
  sqlite3_commit_hook(
      handle_, [](void* self) { return static_cast<Database*>(self)->allow_commit_() ? 0 : 1; }, this);
}

Query Database::prepare(std::string_view sql) {
  PreparedText& text = texts_.try_emplace(sql.data(), PreparedText{sql}).first->second;
  if (error_) return {*this, text, nullptr};
  if (!text.idle.empty()) {
    sqlite3_stmt* statement = text.idle.back();
    text.idle.pop_back();
    return {*this, text, statement};
  }
  sqlite3_stmt* statement = nullptr;
  const auto size = static_cast<int>(sql.size());
  if (sqlite3_prepare_v3(handle_, sql.data(), size, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK)
    fail_with_last_error(sql);
  return {*this, text, statement};
}

void Database::fail_with_last_error(std::string_view doing) {
  if (error_) return;
  error_ = storage_error(doing, sqlite3_errmsg(handle_));
  const int code = sqlite3_errcode(handle_) & 0xff;
  if (code == SQLITE_BUSY) error_->retry_after = kRetryAfter;
  if (code == SQLITE_INTERRUPT) error_ = Error{.code = Errc::cancelled, .message = "it was interrupted"};
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) damaged_ = true;
}

}  // namespace parley::storage
