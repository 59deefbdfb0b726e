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
#include "chat_service/src/deadlines.hpp"
#include "chat_service/src/effects.hpp"
#include "chat_service/src/replay_origins.hpp"

namespace parley::chat_service {

/// The connections: who they are, what they watch, what is to be sent to them. Knows nothing of the store.
class Hub {
 public:
  Hub(const twilsock::ServerSettings& settings, twilsock::Authenticate authenticate, Random& random);

  /// Something a connection did that the service must answer to.
  struct Arrived {};  ///< its token was accepted
  struct Left {};     ///< it ended, or was told to end
  struct Asked {
    std::string request_id;
    http::Request request;
  };
  struct Occurrence {
    ConnectionId connection = 0;
    std::string identity;
    std::variant<Arrived, Left, Asked> what;
  };
  std::optional<Occurrence> next_occurrence();

  ConnectionId open(TimePoint now);
  void on_message(ConnectionId id, std::string_view bytes, TimePoint now, WallTime wall_now);
  void on_closed(ConnectionId id);
  void on_time(TimePoint now);
  void close_all(const twilsock::Status& status, const twilsock::BackoffPolicy& backoff);

  void respond(ConnectionId id, const std::string& request_id, http::Response response);
  /// Carries out one effect of a request of that connection.
  void carry_out(ConnectionId id, const Effect& effect);

  bool is_here(const std::string& identity) const { return by_identity_.contains(identity); }
  /// Null if the connection is gone.
  ReplayOrigins* origins(ConnectionId id);

  std::optional<CoreAction> next_action();
  std::optional<TimePoint> next_deadline() const { return deadlines_.first(); }
  std::size_t size() const { return connections_.size(); }

 private:
  struct Connection {
    twilsock::ServerMachine machine;
    std::unordered_set<std::string> watching;
    ReplayOrigins origins;
    bool present = false;  ///< listed under its identity
  };
  using Frame = std::shared_ptr<const std::string>;

  Connection* find(ConnectionId id);
  void drain(ConnectionId id, Connection& connection);
  void take(ConnectionId id, Connection& connection, twilsock::ServerAction action);
  void enter(ConnectionId id, Connection& connection);
  void leave(ConnectionId id, Connection& connection);
  void watch(ConnectionId id, const std::string& object_sid);
  void unwatch(ConnectionId id, const std::string& object_sid);
  void notify(ConnectionId id, std::string_view message_type, const Frame& frame);
  Frame encode(std::string_view message_type, std::string payload);

  void carry(ConnectionId id, const Changed& effect);
  void carry(ConnectionId id, const Revoked& effect);
  void carry(ConnectionId id, const Forgotten& effect);
  void carry(ConnectionId id, const Watched& effect);
  void carry(ConnectionId id, const Unwatched& effect);
  void carry(ConnectionId id, const Told& effect);
  void carry(ConnectionId id, const Announced& effect);

  const twilsock::ServerSettings& settings_;
  twilsock::Authenticate authenticate_;
  Random& random_;
  ConnectionId last_id_ = 0;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::vector<ConnectionId>> by_identity_;
  std::unordered_map<std::string, std::vector<ConnectionId>> watchers_;  ///< by object SID
  Deadlines<ConnectionId> deadlines_;
  std::deque<Occurrence> occurrences_;
  std::deque<CoreAction> actions_;
};

}  // namespace parley::chat_service
