#pragma once
#include <map>
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
///   waiting   | there is no connection, or a failed try  | its turn -> sending, or none if the service
///             | is to be repeated                        | is there already
///   sending   | it is on its way; another move joins it  | answered -> none, or waiting if it was moved
///             |                                          | on; a failure that may pass -> waiting;
///             |                                          | refused -> none
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
    HorizonMove wanted;
    Backoff backoff;
    bool sending = false;
    bool resting = false;
    std::vector<Done<Unread>> waiters{};
  };
  using Moves = std::map<std::string, Move>;

  Move& want(const RecordPtr& record, HorizonMove wanted);
  void send(const std::string& sid);
  void on_answer(const std::string& sid, HorizonMove sent, std::size_t waiters,
                 const Result<http::Response>& reply);
  void rest(const std::string& sid, Move& move);
  void finish(Moves::iterator at, const Result<Unread>& outcome);

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  ServiceUrls& urls_;
  Cache& cache_;
  ChannelRegistry& registry_;
  UnreadCounts& unread_;
  bool ready_ = false;
  Moves moves_;  // by channel SID
};

}  // namespace parley::detail
