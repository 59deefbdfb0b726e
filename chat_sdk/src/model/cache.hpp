#pragma once
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <parley/detail/cache_store.hpp>
#include <parley/detail/done.hpp>

#include "chat_sdk/src/connection/timers.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

/// What changes often is written this much later, so that many changes cost one write.
inline constexpr Duration kCacheWriteDelay = std::chrono::seconds(1);
/// What could not be written is tried again this much later.
inline constexpr Duration kCacheRetryDelay = std::chrono::seconds(30);

struct HistoryLimits {
  std::int64_t per_channel = 1000;                                      ///< indexes, the newest
  std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max();  ///< of all channels
};

struct CacheSettings {
  bool enabled = false;
  std::string identity{};  ///< "": known with the first connection
  HistoryLimits history{};
};

/// Open the cache of this identity; answer with Cache::on_opened().
struct OpenCache {
  std::string identity;
};
/// Write these; answer with Cache::on_written().
struct WriteCache {
  std::shared_ptr<const std::vector<CacheChange>> changes;
};
/// Read that, behind what was to be written before; answer with Cache::on_read().
struct ReadCache {
  std::uint64_t read;
  HistoryQuery query;
};
using CacheAction = std::variant<OpenCache, WriteCache, ReadCache>;

/// What survives the end of the program: opens the cache and hands it what is to be written, all that has
/// come during one batch as the next one. Without a cache everything counts as written at once. No I/O.
///
///   state   | holds while                            | leaves by
///   --------|----------------------------------------|------------------------------------------------------
///   closed  | nobody knew the identity, or it could  | open() -> opening
///           | not be opened; refuses writes then     |
///   opening | it is opened; writes wait              | opened -> idle; failed -> closed
///   idle    | nothing is to be written, or what could| a write, or the time for the next try -> writing
///           | not be written waits                   |
///   writing | a batch is on its way                  | written, or not -> idle
class Cache {
 public:
  /// Everything there is, once, when the cache was opened, before anybody else hears of it.
  using Restore = std::function<void(CacheContents)>;

  Cache(Context& context, Timers& timers, CacheSettings settings, Restore restore);

  bool is_enabled() const { return settings_.enabled; }
  /// Whose it is; "": not known yet.
  const std::string& identity() const { return settings_.identity; }
  const HistoryLimits& history_limits() const { return settings_.history; }
  /// Completes when it is open. Errc::invalid_argument: it is of another identity.
  void open(const std::string& identity, Done<void> done);
  /// To be written; `done` is told of it, and whoever gives one decides what is done after a failure. Without
  /// one it is tried again.
  void write(CacheChange change, Done<void> done = {});
  /// As it is when everything given to write() before was written, or could not be. Errc::storage_error: the
  /// cache is not open, or cannot be read.
  void read(HistoryQuery query, Done<CachedMessages> done);
  void close();

  void on_opened(Result<CacheContents> contents);
  /// What was not read by then is sound, or damaged and begun anew.
  void on_verified(const Result<void>& outcome);
  void on_written(const Result<void>& outcome);
  void on_read(std::uint64_t read, Result<CachedMessages> found);
  /// Drain after every input.
  std::optional<CacheAction> next();

 private:
  enum class State { closed, opening, idle, writing };
  struct Batch {
    std::vector<CacheChange> changes{};
    std::vector<Done<void>> waiters{};  ///< of each change one, perhaps null
    void add(CacheChange change, Done<void> waiter);
  };

  void log_opened(const CacheContents& contents) const;
  void fail(const Error& error);
  void keep_for_next_try(const Batch& batch);
  void fail_reads(const Error& error);
  std::optional<CacheAction> next_read();

  Context& context_;
  Timers& timers_;
  CacheSettings settings_;
  Restore restore_;
  State state_ = State::closed;
  bool open_wanted_ = false;
  bool rests_ = false;  ///< what could not be written waits for its next try
  bool closed_ = false;
  std::optional<Error> trouble_;  ///< why the last try failed
  Backoff backoff_;
  std::vector<Done<void>> opening_;
  Batch waiting_;
  std::shared_ptr<const Batch> batch_;  ///< on its way
  std::uint64_t last_read_ = 0;
  std::deque<ReadCache> reads_;                            ///< not begun yet
  std::map<std::uint64_t, Done<CachedMessages>> readers_;  ///< of these and those on their way, by number
};

}  // namespace parley::detail
