#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/storage/checkpointer.hpp"
#include "common/storage/query.hpp"

struct sqlite3;

namespace parley::storage {

/// SQLite keeps books of the memory it has, for the whole process, under a lock that each allocation takes: a
/// tenth of the work of a small write. Who calls this does without them: a program that is alone in its
/// process, before anything uses SQLite (later it does nothing).
void spare_memory_statistics();

struct DatabaseOptions {
  std::string path = ":memory:";                    ///< a file, created if missing, or ":memory:"
  Duration busy_timeout = std::chrono::seconds(5);  ///< how long to wait for another's lock
};

/// One SQLite connection: write-ahead log, foreign keys, cached statements.
///
/// The log is brought into the file beside the commits (see Checkpointer); only the little that came during
/// that is left to a commit, and more only if it came faster than it can be moved. Whoever reads for long
/// makes the log grow; when that has ended it shrinks to 64 MiB with the commits that follow.
///
/// Durability: `synchronous=FULL`, so a commit that returned survives a killed process and a power loss (the
/// log is flushed at each commit). Whoever writes often shares commits among many writes instead of lowering
/// this.
///
/// Failures stick: after the first failing statement `error()` is set, reads give nothing and writes do
/// nothing until clear_error(). So a unit of work runs its statements without asking each of them and checks
/// once, before it commits; a rollback clears. An error that comes of another connection's lock has a
/// `retry_after`.
///
/// Thread rule: one thread at a time. Lifetime: outlives its queries and transactions.
class Database {
 public:
  /// Fails with Errc::storage_error if the file cannot be opened or is not a database; `damaged` says whether
  /// that is because of what is in it.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options, bool* damaged = nullptr);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Prepares `sql` (or takes it from the cache), binds `values` to its parameters in order. `sql` must
  /// stay where it is for as long as the database, as a literal does: the cache knows it by its address and
  /// is never emptied.
  template <class... Values>
  Query query(std::string_view sql, const Values&... values) {
    Query query = prepare(sql);
    (query.bind(values), ...);
    return query;
  }
  /// Runs one statement that returns no rows. True if it succeeded.
  template <class... Values>
  bool run(std::string_view sql, const Values&... values) {
    return query(sql, values...).run();
  }
  /// Runs a script of several statements without parameters, uncached.
  bool run_script(const std::string& sql);

  /// Asked again and again while a statement runs, once for `every` instructions of SQLite's; false ends it
  /// with Errc::cancelled. Empty: nobody is asked any more. For long work that tells of itself.
  void on_progress(int every, std::function<bool()> go_on);

  /// How long to wait for another's lock from now on.
  void set_busy_timeout(Duration timeout);

  /// Size of the write-ahead log's file now; 0 in memory.
  std::uint64_t log_bytes() const;
  /// The log is longer than it should be and cannot be shortened, because another connection reads what was
  /// there before.
  bool is_log_held() const;

  /// Rows changed by the last write.
  std::int64_t changes() const;
  std::int64_t last_insert_id() const;

  /// What all statements have done since the database was opened, those of an undone part, too. The
  /// difference between two moments says what happened between them.
  struct Work {
    std::uint64_t rows = 0;   ///< given back, inserted, changed or removed
    std::uint64_t steps = 0;  ///< of SQLite's virtual machine, about ten for a row that is passed over
  };
  Work work() const;

  /// The first failure since the last clear_error().
  const std::optional<Error>& error() const { return error_; }
  void clear_error() { error_.reset(); }
  /// Makes the current unit of work fail, as a failing statement would.
  void fail(std::string message);
  /// False within a Transaction: SQLite has given it up by itself, as it may when the disk is full or
  /// damaged.
  bool in_transaction() const;
  /// A page was read that SQLite did not write so. Stays true: what is in the file cannot be relied on.
  bool is_damaged() const { return damaged_; }

  /// Every statement that was used and is not in use. For tests of query plans.
  std::vector<std::string> statements() const;

  /// Asked before every commit; false turns it into a rollback and an error. For fault tests.
  void on_commit(std::function<bool()> allow);

 private:
  friend class Query;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  void keep_log_short(const std::string& path);
  void on_logged(int pages);

  Query prepare(std::string_view sql);
  void fail_with_last_error(std::string_view doing);

  sqlite3* handle_;
  std::optional<Error> error_;
  bool damaged_ = false;
  int logged_pages_ = 0;  ///< at the last commit
  Work done_;             ///< without the rows that were written
  std::function<bool()> allow_commit_, go_on_;
  std::unique_ptr<Checkpointer> checkpointer_;           ///< null in memory
  std::unordered_map<const char*, PreparedText> texts_;  ///< by where the text is: it is a constant
};

}  // namespace parley::storage
