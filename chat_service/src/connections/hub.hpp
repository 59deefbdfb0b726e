#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "chat_service/core.hpp"
#include "chat_service/src/connections/deadlines.hpp"
#include "chat_service/src/connections/init_limiter.hpp"
#include "chat_service/src/domain/replay_origins.hpp"
#include "chat_service/src/effects.hpp"
#include "chat_service/src/tenants.hpp"
#include "common/base/steady_wall.hpp"

namespace parley::chat_service {

/// The connections: who they are, what they watch, what is to be sent to them. Knows nothing of the store.
/// The same identity in two tenants is two users: nothing of one reaches the other.
class Hub {
 public:
  /// All but the limits must outlive the hub.
  Hub(const twilsock::ServerSettings& settings, const Tenants& tenants, Random& random,
      const ConnectionLimits& limits);

  /// Something a connection did that the service must answer to.
  struct Arrived {};  ///< its token was accepted
  struct Left {};     ///< it ended, or was told to end
  struct Asked {
    std::string request_id;
    http::Request request;
    std::size_t packet_bytes = 0;
  };
  /// Sent something that is neither a request nor called for: a ping, a new token, an acknowledgement of
  /// nothing.
  struct Chatted {
    std::size_t packet_bytes = 0;
  };
  struct Demoted {};  ///< its new token gives it fewer rights than the one before
  struct Occurrence {
    ConnectionId connection = 0;
    Caller caller;
    std::variant<Arrived, Left, Asked, Chatted, Demoted> what;
  };
  std::optional<Occurrence> next_occurrence();

  ConnectionId open(TimePoint now, Peer peer);
  void on_message(ConnectionId id, std::string_view bytes, TimePoint now, WallTime wall_now);
  void on_refused(ConnectionId id, const Error& problem);
  void on_closed(ConnectionId id);
  void on_time(TimePoint now);
  void close(ConnectionId id, const twilsock::Status& status);
  /// Each with a back-off of its own: at least a time that is drawn from between the two.
  void close_all(const twilsock::Status& status, const twilsock::BackoffPolicy& backoff);

  void respond(ConnectionId id, const std::string& request_id, http::Response response);
  /// Whose request it was that has effects.
  struct Origin {
    ConnectionId connection = 0;  ///< 0: none
    std::string service_sid;
  };
  void carry_out(const Origin& origin, const Effect& effect);
  /// What carrying these out would send to others, at most.
  struct Reach {
    std::size_t deliveries = 0;  ///< events, once for each receiver
    std::size_t bytes = 0;       ///< for a receiver that gets each of them
  };
  Reach reach(const Effects& effects) const;

  /// Who a token is. A clock that was set back makes no good token bad.
  Result<twilsock::Principal> authenticate(std::string_view token, TimePoint now, WallTime wall_now);

  /// Has this user any connection?
  bool is_here(const UserKey& user) const { return by_user_.contains(user); }
  /// The objects that a connection watches.
  std::vector<std::string> watched_by(ConnectionId id);
  /// Null if the connection is gone.
  ReplayOrigins* origins(ConnectionId id);

  std::optional<CoreAction> next_action();
  std::optional<TimePoint> next_deadline() const { return deadlines_.first(); }
  std::size_t size() const { return connections_.size(); }
  /// Events queued so far, once for each receiver.
  std::uint64_t deliveries() const { return deliveries_; }

 private:
  struct Connection {
    twilsock::ServerMachine machine;
    Peer peer{};
    Caller caller{};  ///< while it is present
    std::unordered_set<std::string> watching{};
    ReplayOrigins origins{};
    bool present = false;  ///< listed under its identity
  };
  using Frame = std::shared_ptr<const std::string>;

  Result<twilsock::Principal> admit_init(const Connection& connection, std::string_view token,
                                         WallTime wall_now);
  Connection* find(ConnectionId id);
  void drain(ConnectionId id, Connection& connection);
  void take_all(ConnectionId id, Connection& connection);
  void take(ConnectionId id, Connection& connection, twilsock::ServerAction action);
  void enter(ConnectionId id, Connection& connection);
  void renew(ConnectionId id, Connection& connection);
  void leave(ConnectionId id, Connection& connection);
  void watch(ConnectionId id, const std::string& object_sid);
  void unwatch(ConnectionId id, const std::string& object_sid);
  void notify(ConnectionId id, std::string_view message_type, const Frame& frame);
  Frame encode(std::string_view message_type, std::string payload);

  void carry(const Origin& origin, const Changed& effect);
  void carry(const Origin& origin, const Revoked& effect);
  void carry(const Origin& origin, const Forgotten& effect);
  void carry(const Origin& origin, const Watched& effect);
  void carry(const Origin& origin, const Unwatched& effect);
  void carry(const Origin& origin, const Told& effect);
  void carry(const Origin& origin, const Announced& effect);

  const twilsock::ServerSettings& settings_;
  const Tenants& tenants_;
  Random& random_;
  ConnectionId last_id_ = 0;
  std::uint64_t deliveries_ = 0;
  TimePoint now_{};  ///< of the message that is being read
  SteadyWall steady_wall_;
  InitLimiter init_limiter_;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::unordered_map<UserKey, std::vector<ConnectionId>> by_user_;
  std::unordered_map<std::string, std::vector<ConnectionId>> watchers_;  ///< by object SID
  Deadlines<ConnectionId> deadlines_;
  std::deque<Occurrence> occurrences_;
  std::deque<CoreAction> actions_;
};

}  // namespace parley::chat_service
