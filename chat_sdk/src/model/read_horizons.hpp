#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"
#include "chat_sdk/src/model/unread_counts.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

/// Brings this user's read horizons to the service, in every state of the connection: of several moves in one
/// channel only where they lead to. The channel shows it at once. A move that has not arrived is in the
/// cache, for the next process.
///
///   a channel | holds while                              | leaves by
///   ----------|------------------------------------------|---------------------------------------------
///   (none)    | the service has what is wanted           | a move -> waiting
///   waiting   | there is no connection, or a failed try  | its turn -> asking if another device, or an
///             | is to be repeated                        | earlier try, may have moved the horizon, or
///             |                                          | none if the service is there, or sending
///   asking    | the service says where its horizon is    | answered -> waiting, at once; not -> waiting
///   sending   | the move is on its way; another one      | answered -> none, or waiting if it was moved
///             | joins it                                 | on; an unclear outcome -> waiting; refused ->
///             |                                          | none
class ReadHorizons {
 public:
  ReadHorizons(const ServiceAccess& service, Cache& cache, ChannelRegistry& registry, UnreadCounts& unread);

  /// Completes when the service has it, with the unread state then; at once if it is there already.
  /// Errc::not_found: this user is no member of that channel.
  void move(const std::string& channel_sid, HorizonMove move, Done<Unread> done);
  /// What an earlier process has left.
  void restore(const std::vector<PutHorizon>& horizons);

  void on_ready();
  void on_disconnected() { ready_ = false; }
  /// With `final`, whoever waits is told; what is wanted stays.
  void on_given_up(const Error& reason, bool final);

  bool is_moving(const std::string& channel_sid) const { return moves_.contains(channel_sid); }

 private:
  struct Move {
    HorizonMove wanted{};
    std::string mutation_id{};  ///< of this wish: the service does it once
    Backoff backoff;
    std::uint64_t under_way = 0;  ///< names the request that asks or sends; 0: there is none
    bool resting = false;
    bool unclear = true;    ///< where the service's horizon is
    bool repeated = false;  ///< an earlier try may have moved it
    std::vector<Done<Unread>> waiters{};
  };
  using Moves = std::map<std::string, Move>;

  Move& want(const std::string& sid, HorizonMove wanted);
  void send(const std::string& sid);
  void ask(const std::string& sid, Move& move);
  void post(const std::string& sid, Move& move);
  void on_asked(const std::string& sid, std::uint64_t request, const Result<http::Response>& reply);
  struct Sent {
    std::uint64_t request;
    HorizonMove move;
    std::size_t waiters;  ///< who is told of the answer, the first ones
  };
  void on_answer(const std::string& sid, const Sent& sent, const Result<http::Response>& reply);
  Move* answered(const std::string& sid, std::uint64_t request);
  void rest(const std::string& sid, Move& move);
  void finish(const std::string& sid, const Result<Unread>& outcome);
  void save(const std::string& sid);

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ServiceUrls& urls_;
  Cache& cache_;
  ChannelRegistry& registry_;
  UnreadCounts& unread_;
  bool ready_ = false;
  std::uint64_t last_request_ = 0;
  Moves moves_;                   // by channel SID
  std::set<std::string> saving_;  // channels whose move is on its way to the cache, or is tried again later
};

}  // namespace parley::detail
