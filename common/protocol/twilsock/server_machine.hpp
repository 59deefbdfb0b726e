#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <parley/seams.hpp>

#include "common/protocol/twilsock/notification_contexts.hpp"
#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock {

/// What a verified token says, as far as a connection needs it.
struct Principal {
  std::string identity;
  std::string account_sid;
  std::string service_sid;
  std::string role_sid;  ///< `deployment_role_sid` of the grant, "" if none
  WallTime expires_at;
};

/// Checks a token; the error's server_code goes to the client as errorCode. An error with http_status 429
/// says that there are too many, and its retry_after when to come back.
using Authenticate = std::function<Result<Principal>(std::string_view token, WallTime now)>;

struct ServerSettings {
  Duration init_timeout = std::chrono::seconds(10);    ///< open socket without `init`
  Duration ping_interval = std::chrono::seconds(20);   ///< native clients give up after 45 s of silence
  int unanswered_pings = 2;                            ///< then the connection is dropped
  Duration expiry_notice = std::chrono::seconds(180);  ///< lead of "token about to expire"
  std::string continuation_secret;                     ///< keys the HMAC of continuation tokens
};

struct SendFrame {
  std::shared_ptr<const std::string> frame;
};
/// Drop the socket after what was sent before it left.
struct CloseStream {
  Error reason;
};
/// `init` succeeded: `principal()` is set. Its reply is already queued; answer nothing.
struct Ready {};
/// A tunnelled request, body filled in; answer with respond(id).
struct RequestReceived {
  std::string id;
  http::Request request;
  std::size_t packet_bytes = 0;  ///< what the client sent for it, everything counted
};
/// A new token took the place of the old one: `principal()` has changed.
struct Renewed {};
using ServerAction = std::variant<SendFrame, CloseStream, Ready, RequestReceived, Renewed>;

/// What a message is to whoever counts what a client sends.
enum class Inbound {
  request,  ///< became a RequestReceived
  owed,     ///< acknowledges a packet of ours that no other message has acknowledged
  other,    ///< everything else: a ping, a token, an acknowledgement of nothing
};

/// One connection as the service sees it: no socket, no clock, no thread. Bytes, events and the time go in;
/// actions come out of next(), to be drained after every call.
///
///   state | accepts                                        | leaves by
///   ------|------------------------------------------------|------------------------------
///   fresh | init; anything else is 401/51215 and the end   | init accepted -> ready
///   ready | message, update, contexts, ping, reply, close  | exp, close, silence -> over
///   over  | nothing; every event is ignored                | -
///
/// In every state an undecodable packet is answered by close 406/51216. The owner destroys the machine
/// when the socket has ended.
class ServerMachine {
 public:
  ServerMachine(const ServerSettings& settings, Authenticate authenticate, Random& random);

  void on_open(TimePoint now);
  Inbound on_message(std::string_view bytes, TimePoint now, WallTime wall_now);
  /// The socket brought what is no packet at all (text, or more bytes than are taken): `close` 406.
  void on_refused(const Error& problem);
  void on_time(TimePoint now);

  /// Answers a RequestReceived. Ignored when the connection is over.
  void respond(const std::string& request_id, http::Response response);
  /// Queues a notification built by encode_notification(); the frame may be shared among connections.
  void notify(std::shared_ptr<const std::string> frame);
  /// Says `close` with this status and ends the connection.
  void close(Status status, std::optional<BackoffPolicy> backoff = {});

  std::optional<ServerAction> next();
  /// When on_time() wants to be called next; nothing: not at all.
  std::optional<TimePoint> next_deadline() const;

  bool ready() const { return state_ == State::ready; }
  bool over() const { return state_ == State::over; }
  const Principal& principal() const { return principal_; }
  /// True if the client has registered for that notification type.
  bool wants(std::string_view message_type) const { return contexts_.wants(message_type); }

 private:
  enum class State { fresh, ready, over };

  void on_init(const Packet& packet, const Init& init, TimePoint now, WallTime wall_now);
  void on_context(const Packet& packet, const NotificationContext& context);
  void on_update(const Packet& packet, const Update& update, TimePoint now, WallTime wall_now);
  Inbound on_request(Packet packet, std::size_t packet_bytes);
  Inbound on_acknowledgement();
  void on_other_packet(const Packet& packet, TimePoint now, WallTime wall_now);
  void accept(const Packet& packet, const Init& init, Principal principal, TimePoint now, WallTime wall_now);
  void refuse(const std::string& id, Status status);
  void refuse_token(const std::string& id, const Error& error);
  void arm_expiry(TimePoint now, WallTime wall_now);
  void send_ping(TimePoint now);
  void send(const Packet& packet);
  void finish(Error reason);
  InitReply make_init_reply(const Init& init);

  const ServerSettings& settings_;
  Authenticate authenticate_;
  Random& random_;
  State state_ = State::fresh;
  Principal principal_;
  NotificationContexts contexts_;
  bool takes_client_updates_ = false;  ///< the client has that capability
  std::deque<ServerAction> actions_;
  std::optional<TimePoint> init_deadline_, ping_at_, notice_at_, expires_at_;
  int pings_in_flight_ = 0;
  std::size_t unacknowledged_ = 0;  ///< packets sent that want an acknowledgement and have none yet
};

/// A `notification` frame; encode once, share among receivers (its id is not correlated with anything
/// but the acknowledgement, which is ignored).
std::shared_ptr<const std::string> encode_notification(std::string_view message_type, std::string payload,
                                                       Random& random);

}  // namespace parley::twilsock
