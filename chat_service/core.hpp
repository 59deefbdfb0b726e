#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "chat_service/store.hpp"
#include "common/protocol/token/verifier.hpp"
#include "common/protocol/twilsock/server_machine.hpp"

namespace parley::chat_service {

struct CoreOptions {
  std::string account_sid;      ///< AC...
  std::string service_sid;      ///< IS...: tokens for any other service are refused
  token::KeyRing keys;          ///< whose tokens are accepted
  std::string public_url;       ///< "http://host:port" as clients reach it, no slash at the end
  bool public_channels = true;  ///< false: `type: "public"` is refused and existing ones are private
  Duration reachability_grace = std::chrono::milliseconds(300);  ///< offline is told this much later
  std::chrono::hours mutation_memory{48};  ///< how long a repeated write is recognised, at least
  twilsock::ServerSettings twilsock;       ///< `continuation_secret` is replaced by the store's
};

using ConnectionId = std::uint64_t;

/// Send one binary message. The buffer is shared by all receivers of the same event.
struct Send {
  ConnectionId connection = 0;
  std::shared_ptr<const std::string> frame;
};
/// End this connection after what was sent before has left. Then call on_closed().
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
/// inputs that are ready now.
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
  ConnectionId open(TimePoint now);
  /// One whole binary message. Ignored for a connection that was closed.
  void on_message(ConnectionId connection, std::string_view bytes, TimePoint now, WallTime wall_now);
  /// The socket is gone, whoever ended it. Call once for every open().
  void on_closed(ConnectionId connection, TimePoint now, WallTime wall_now);
  /// Call at next_deadline(); earlier is harmless.
  void on_time(TimePoint now, WallTime wall_now);
  /// Asks all clients to come back later (`close` 308) and ends their connections.
  void offload(const twilsock::BackoffPolicy& backoff, TimePoint now, WallTime wall_now);

  bool needs_flush() const;
  /// Commits what is open, then releases the answers and events held for it.
  void flush(TimePoint now, WallTime wall_now);

  std::optional<CoreAction> next();
  std::optional<TimePoint> next_deadline() const;
  std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::chat_service
