#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "chat_service/options.hpp"
#include "chat_service/store.hpp"
#include "common/base/http.hpp"
#include "common/protocol/twilsock/server_machine.hpp"

namespace parley::chat_service {

struct CoreOptions {
  std::vector<Tenant> tenants{};  ///< at least one, each with a service SID of its own
  std::string public_url{};       ///< "http://host:port" as clients reach it, no slash at the end
  Duration reachability_grace = std::chrono::milliseconds(300);  ///< offline is told this much later
  std::chrono::hours mutation_memory{48};        ///< how long a repeated write is recognised, at least
  std::chrono::hours tombstone_memory{30 * 24};  ///< a client that was away for longer gets everything again
  std::size_t erase_rows = 200;  ///< of deleted conversations, about, in one transaction; at least 1
  Throttle throttle{};
  ConnectionLimits connection_limits{};
  MediaOptions media{};
  MessageOptions messages{};
  /// How many bytes may still be written where the database is. Empty: it is in memory. Called on the core's
  /// thread about once for every 4 MiB that are stored.
  std::function<Result<std::uint64_t>()> free_bytes{};
  /// Called about once an hour, when rows were removed that files may belong to. May be within a transaction
  /// of the core: post what there is to do.
  std::function<void()> on_tidy{};
  /// Told of each request of a connection that was worked on, with what it was answered in the end. `route`,
  /// a constant text, is its pattern, or "other".
  std::function<void(std::string_view route, int status)> on_answer{};
  twilsock::ServerSettings twilsock{};  ///< `continuation_secret` is replaced by the store's
};

/// What happened since the start, for the operator.
struct CoreCounters {
  std::uint64_t deliveries = 0;  ///< events queued, once for each receiver
  std::uint64_t throttled = 0;  ///< requests refused with 429, and connections sent away for too many packets
  std::uint64_t over_quota = 0;    ///< messages refused because their author has stored too much
  std::uint64_t without_room = 0;  ///< requests refused because too little is free on the disk
  std::uint64_t failed_commits = 0;
  bool last_commit_failed = false;
  std::uint64_t failed_requests = 0;      ///< and other work: undone alone because a statement failed
  std::string last_failure{};             ///< why the last commit or request failed that did
  bool database_damaged = false;          ///< a page is not as it was written; stays so
  bool database_log_held = false;         ///< it is long, and cannot be shortened: somebody reads old pages
  std::uint64_t database_log_bytes = 0;   ///< then: of the write-ahead log's file
  std::uint64_t clock_ahead_seconds = 0;  ///< so far the calendar has jumped, unless an operator accepted it
};

/// Who asks: an identity of one tenant. Without an identity: nobody.
struct Caller {
  std::string service_sid{};  ///< empty: no tenant in particular, the first one serves
  std::string identity{};
  bool is_admin = false;  ///< of the tenant
};

struct Scope;
struct Answer;
/// One request as code: what it reads and changes is in the Scope. See scope.hpp and router.hpp.
using Work = std::function<Result<Answer>(Scope&)>;

using ConnectionId = std::uint64_t;

/// Where a client is.
struct Peer {
  std::string address{};  ///< what counts as one address for limits, see net::address_group()
  bool is_local = true;   ///< on this machine
};

/// Send one binary message. The buffer is shared by all receivers of the same event.
struct Send {
  ConnectionId connection = 0;
  std::shared_ptr<const std::string> frame;
};
/// End this connection after what was sent before has left. Then call on_closed(). See end_reason() for what
/// the reason means.
struct Close {
  ConnectionId connection = 0;
  Error reason;
};
using CoreAction = std::variant<Send, Close>;

/// The whole chat service without I/O: connections' bytes and the time go in, frames come out of next().
///
/// Group commit: requests that arrive between two flushes share one transaction, each in a savepoint of its
/// own. Answers and events are held until flush() has committed, those of reads as well: nobody is shown
/// what is not durable, and order is kept. If the commit fails every held request is answered 500/20500 and
/// no event goes out. So whoever drives this calls flush() soon after needs_flush() turned true, behind the
/// inputs that are ready now. A transaction with very many or very long answers is committed by itself.
///
/// Requests beyond CoreOptions::throttle are answered 429/20429 at once, before the store is asked; those
/// that are long, or make the service do or say much, count as several. Whoever is refused as often again, or
/// sends as many packets of other kinds, is sent away with `close` 429/51202.
///
/// One thread at a time. Reads no clock and draws chance from the given source only, so the same inputs
/// give the same frames. Drain next() after every call.
class Core {
 public:
  /// `random` must outlive the core.
  Core(CoreOptions options, std::unique_ptr<Store> store, Random& random);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// A client's socket is open.
  ConnectionId open(TimePoint now, Peer peer = {});
  /// One whole binary message. Ignored for a connection that was closed.
  void on_message(ConnectionId connection, std::string_view bytes, TimePoint now, WallTime wall_now);
  /// The socket brought something that is no message: text, or more than is taken. Says so and closes.
  void on_refused(ConnectionId connection, const Error& problem, TimePoint now, WallTime wall_now);
  /// The socket is gone, whoever ended it. Call once for every open().
  void on_closed(ConnectionId connection, TimePoint now, WallTime wall_now);
  /// Call at next_deadline(); earlier is harmless.
  void on_time(TimePoint now, WallTime wall_now);
  /// Asks all clients to come back later (`close` 308) and ends their connections. Each is told a least time
  /// of its own, drawn from the whole of `backoff`: they must not come back all at once.
  void offload(const twilsock::BackoffPolicy& backoff, TimePoint now, WallTime wall_now);

  /// Who a token is, for requests that come outside of the connections (uploads). Errors: as token::verify().
  Result<Caller> authenticate(std::string_view token, TimePoint now, WallTime wall_now);
  /// For such requests: may this user make one more now? Counts it, and the refusal. Ask before anything else
  /// is done for them: perform() does not.
  bool admit(const Caller& caller, TimePoint now);
  /// Runs one request from outside of the connections in the transaction that is open, in a savepoint of its
  /// own. `reply` is called once, from flush() behind the commit; it may call perform() again. `work` runs
  /// before perform() returns and must ask itself what this caller may do, above all if it is nobody.
  void perform(const Caller& caller, const Work& work, std::function<void(http::Response)> reply,
               TimePoint now, WallTime wall_now);

  bool needs_flush() const;
  /// Commits what is open, then releases the answers and events held for it.
  void flush(TimePoint now, WallTime wall_now);

  std::optional<CoreAction> next();
  /// Long ago before the first on_time(): maintenance begins with the service.
  std::optional<TimePoint> next_deadline() const;
  std::size_t connections() const;
  /// Something is deleted whose rows are not erased yet, as far as it is known: goes on with on_time().
  bool is_erasing() const;
  CoreCounters counters() const;
  /// Of the write-ahead log's file. Not to be asked with each commit: Linux then keeps the file's time so
  /// exactly that every commit writes the inode, too, which costs a tenth of all sends.
  std::uint64_t database_log_bytes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::chat_service
