#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <parley/error.hpp>

#include "common/base/http.hpp"
#include "common/base/limits.hpp"
#include "common/protocol/twilsock/frame.hpp"
#include "common/protocol/twilsock/message_types.hpp"

/// Twilsock V3: one packet is one binary WebSocket message.
namespace parley::twilsock {

/// Outcome on the transport level; of a tunnelled request, not its HTTP status.
struct Status {
  int code = 200;
  std::string status = "OK";
  int error_code = 0;  ///< the wire's camelCase `errorCode`; 0: absent
  std::string description;

  bool ok() const { return code >= 200 && code < 300; }
};

/// One entry of `init.registrations`: what the client wants to be notified of.
struct Registration {
  std::string product;
  std::string type;
  int protocol_version = 0;
  MessageTypes message_types{};
  std::string context_id;  ///< `notification_ctx_id`, set in the reply's `init_registrations`
};

struct Init {
  std::string token;
  std::string continuation_token;                             ///< "" : none
  std::vector<std::pair<std::string, std::string>> metadata;  ///< descriptive only; never rely on it
  std::vector<Registration> registrations;
  std::vector<std::string> capabilities;
};

struct Update {
  std::string token;
};

/// A tunnelled HTTP request. Its body is the packet's payload.
struct Message {
  std::string active_grant;
  std::string host;
  http::Request request;  ///< path still percent-encoded, params decoded; body empty (see Packet::payload)
};

/// What a successful `init` answers.
struct InitReply {
  std::vector<std::string> capabilities;
  std::string continuation_token;
  bool reissued = false;
  std::string reissue_reason;
  std::string reissue_message;
  std::vector<Registration> registrations;
};

/// How long to stay away; with `close` 308 and `reply` 429.
struct BackoffPolicy {
  int reconnect_min_ms = 0;
  int reconnect_max_ms = 0;  ///< 0: absent
};

struct Reply {
  Status status;
  std::optional<http::Response> http;  ///< of a tunnelled request; body empty (see Packet::payload)
  std::optional<InitReply> init;
};

struct Notification {
  std::string message_type;
  std::string context_id;
};

struct ClientUpdate {
  std::string type;
};

struct Close {
  std::optional<Status> status;  ///< clients send none
};

struct Ping {};

/// What older clients register for one after the other, instead of in `init`: `put_notification_ctx`, whose
/// payload says the types (see decode_notification_types()), and `delete_notification_ctx`.
struct NotificationContext {
  bool put = true;  ///< false: delete
  std::string context_id;
};

/// A method this version does not know. It is answered, not fatal.
struct Unknown {
  std::string method;
};

using Body = std::variant<Init, Update, Message, Reply, Notification, ClientUpdate, Close, Ping,
                          NotificationContext, Unknown>;

struct Packet {
  std::string id;
  Body body;
  std::string payload_type;  ///< "" is written as application/json where the writer names one
  std::string payload;
};

/// Who writes: fixes the order of header members and the CRLF after a payload, as captured from each.
enum class Writer { client, server };

/// Decodes one whole message. Fails with Errc::protocol_error (position named) or Errc::limit_exceeded.
Result<Packet> decode(std::string_view bytes, const FrameLimits& most = {});

std::string encode(const Packet& packet, Writer writer);

/// The acknowledgement of any packet that wants one.
Packet make_ack(std::string id, Status status = {});

/// Payload of `put_notification_ctx`. Names that are not known here are dropped. Fails with
/// Errc::protocol_error, naming the member.
Result<MessageTypes> decode_notification_types(std::string_view payload);

/// Payload of `close` 308 and `reply` 429, and back; a payload without the policy gives nothing.
std::string encode_backoff(const BackoffPolicy& policy);
std::optional<BackoffPolicy> decode_backoff(std::string_view payload);

}  // namespace parley::twilsock
