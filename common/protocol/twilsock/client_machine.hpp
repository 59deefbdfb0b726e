#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include <parley/seams.hpp>

#include "common/base/backoff.hpp"
#include "common/protocol/twilsock/liveness.hpp"
#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock {

struct ClientSettings {
  Duration init_timeout = std::chrono::seconds(10);  ///< of the answer to init, and to a new token
  LivenessSettings liveness;
  /// Before the first retry, at most; doubles with each further failure, up to backoff_max. Of each, a random
  /// part is waited, a quarter of backoff_min at least: those who lost their connections together must not
  /// come back together.
  Duration backoff_min = std::chrono::seconds(1);
  Duration backoff_max = std::chrono::seconds(30);
  Duration stable_after =
      std::chrono::seconds(10);  ///< a connection that lived this long resets the back-off
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<Registration> registrations;
};

using RequestId = std::uint64_t;

/// One tunnelled request.
struct OutgoingRequest {
  std::string host;
  http::Request request;
  Duration timeout = std::chrono::seconds(30);  ///< from now to the reply, waiting for a connection included
  /// True if doing it twice does no harm (GET, or a mutation id): it is sent again after a lost connection.
  /// Otherwise a request whose packet had left fails with Errc::outcome_unknown.
  bool repeatable = false;
};

enum class ClientState {
  idle,          ///< not asked to connect
  opening,       ///< waiting for the socket
  initializing,  ///< socket open, `init` sent
  connected,
  waiting,      ///< lost; the next attempt is scheduled
  needs_token,  ///< the token's life is over; set_token() goes on
  denied,       ///< refused for good; only set_token() or connect() start again
};

/// Dial. Answer with on_open() or on_closed().
struct Open {};
struct SendBytes {
  std::string bytes;
};
/// A WebSocket ping: any answer is a sign of life.
struct SendPing {};
/// Flush and close; nothing of this stream is to be reported any more.
struct DropStream {};
struct RequestDone {
  RequestId id;
  Result<http::Response> outcome;
};
struct NotificationReceived {
  std::string message_type;
  std::string payload;
};
struct StateChanged {
  ClientState state;
  std::optional<Error> reason;
  std::optional<TimePoint> retry_at;  ///< of `waiting`
};
/// A new token is needed: soon ("about to expire"), or at once (`expired`).
struct TokenWanted {
  bool expired;
};
/// The live connection goes on with the token of the last set_token().
struct TokenAccepted {};
using ClientAction = std::variant<Open, SendBytes, DropStream, RequestDone, NotificationReceived,
                                  StateChanged, TokenWanted, TokenAccepted, SendPing>;

/// The client's end of one logical connection across reconnects: no sockets, no clock, no thread.
///
///   state        | accepts                        | leaves by
///   -------------|--------------------------------|----------------------------------------
///   idle         | connect                        | connect -> opening
///   opening      | on_open, on_closed, doubt      | -> initializing, -> waiting, -> opening anew
///   initializing | reply to init, end, silence,   | 200 -> connected; 401/403 -> needs_token
///                | doubt                          | or denied; doubt -> opening anew; anything else
///                |                                | -> waiting
///   connected    | packets, end, silence, token,  | close 410 -> needs_token; 401/406/417
///                | doubt                          | -> denied; other ends -> waiting
///   waiting      | time, connect, doubt           | each -> opening
///   needs_token  | set_token                      | set_token -> opening
///   denied       | set_token, connect             | either -> opening
///
/// send(), cancel() and disconnect() are legal in every state; any other event is ignored. A request is
/// parked until a connection stands, then handed over, then answered; that phase decides what a lost
/// connection means for it.
class ClientMachine {
 public:
  ClientMachine(ClientSettings settings, Random& random);

  /// Starts, or tries again at once where a retry is pending. A token must have been set.
  void connect(TimePoint now);
  /// Says goodbye and ends; every request fails with Errc::cancelled.
  void disconnect(TimePoint now);
  /// The network may be another one, or the user is sure that it works again: a connection is probed, a
  /// pending retry comes at once (a quarter of a second after the last attempt at the earliest), an attempt
  /// that has taken longer than a probe may begins anew.
  void doubt(TimePoint now);
  /// The same, and the next failure counts as the first one.
  void reconnect_now(TimePoint now);
  /// This machine slept, and what was under way was so before. A connection is probed, and the time that has
  /// passed is nobody's silence; a pending retry comes at once; an attempt that does not get on within the
  /// time of a probe begins anew.
  void on_woken(TimePoint now);
  /// Leaves the connection, or the attempt, for that reason and tries again later.
  void abandon(Error reason, TimePoint now);
  void set_token(std::string token, TimePoint now);

  void on_open(TimePoint now);
  /// Bytes have come, whatever they will be.
  void on_input(TimePoint now) { liveness_.on_input(now); }
  void on_message(std::string_view bytes, TimePoint now);
  void on_closed(Error reason, TimePoint now);
  void on_time(TimePoint now);

  RequestId send(OutgoingRequest request, TimePoint now);
  /// The request reports no outcome any more. A parked one is never sent.
  void cancel(RequestId id);

  /// Drain after every call.
  std::optional<ClientAction> next();
  /// When on_time() wants to be called next; nothing: not at all.
  std::optional<TimePoint> next_deadline() const;

  ClientState state() const { return state_; }

 private:
  struct Pending {
    OutgoingRequest request;
    TimePoint deadline;
    bool handed_over = false;  ///< on the present connection
    bool ever_sent = false;    ///< on any: it may have happened
    std::string packet_id;
  };

  void open(TimePoint now);
  void open_anew(TimePoint now);
  void retry_soon(TimePoint now);
  bool has_stream() const;
  bool awaits_answer() const { return init_deadline_ || !update_id_.empty() || !by_packet_.empty(); }
  void expire_requests(TimePoint now);
  void check_liveness(TimePoint now);
  void retry_later(Error reason, std::optional<BackoffPolicy> policy, TimePoint now);
  void enter(ClientState state, std::optional<Error> reason = {});
  void leave_stream(bool drop);
  void send_update(TimePoint now);
  void on_packet(Packet packet, TimePoint now);
  void on_reply(Packet packet, TimePoint now);
  void on_init_reply(const Packet& packet, const Reply& reply, TimePoint now);
  void on_update_reply(const Reply& reply, TimePoint now);
  void on_close(const Packet& packet, const Close& close, TimePoint now);
  void on_refused(const Status& status, TimePoint now);
  void hand_over(RequestId id, Pending& pending, TimePoint now);
  void finish(std::map<RequestId, Pending>::iterator at, Result<http::Response> outcome);
  void fail_requests_in_flight(const Error* oversized = nullptr);
  void deny(Error reason);
  void send_packet(const Packet& packet, TimePoint now);
  std::string make_id();

  ClientSettings settings_;
  Random& random_;
  ClientState state_ = ClientState::idle;
  std::string token_;
  std::string continuation_token_;
  std::string init_id_, update_id_;
  std::string init_token_;  ///< what the last init carried
  std::map<RequestId, Pending> requests_;
  std::map<std::string, RequestId, std::less<>> by_packet_;
  RequestId last_id_ = 0;
  Backoff backoff_;
  Liveness liveness_;
  std::optional<TimePoint> init_deadline_, update_deadline_, retry_at_, opened_at_, connected_since_;
  std::optional<TimePoint> open_deadline_;  // of an attempt from before a sleep
  std::optional<Error> wait_reason_;
  std::deque<ClientAction> actions_;
};

}  // namespace parley::twilsock
