#include <nlohmann/json.hpp>

#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/protocol/twilsock/frame.hpp"
#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock {
namespace {

using json::OrderedValue;

constexpr std::string_view kJsonType = "application/json";

OrderedValue write_status(const Status& status) {
  OrderedValue object{{"code", status.code}, {"status", status.status}};
  if (status.error_code != 0) object["errorCode"] = status.error_code;
  if (!status.description.empty()) object["description"] = status.description;
  return object;
}

OrderedValue write_registration(const Registration& registration, Writer writer) {
  OrderedValue object;
  if (writer == Writer::server) {
    object["notification_ctx_id"] = registration.context_id;
    object["type"] = registration.type;
    object["product"] = registration.product;
  } else {
    object["product"] = registration.product;
    object["type"] = registration.type;
    object["notification_protocol_version"] = registration.protocol_version;
  }
  OrderedValue& types = object["message_types"] = OrderedValue::array();
  for (const std::string_view name : MessageTypes::kNames)
    if (registration.message_types.has(name)) types.push_back(name);
  return object;
}

OrderedValue write_registrations(const std::vector<Registration>& registrations, Writer writer) {
  OrderedValue array = OrderedValue::array();
  for (const auto& registration : registrations) array.push_back(write_registration(registration, writer));
  return array;
}

void append_member(OrderedValue& object, const std::string& name, const std::string& value) {
  const auto member = object.find(name);
  if (member == object.end())
    object[name] = value;
  else if (member->is_array())
    member->push_back(value);
  else
    *member = OrderedValue::array({*member, value});
}

OrderedValue write_fields(const http::Fields& fields, bool encoded) {
  OrderedValue object = OrderedValue::object();
  for (const auto& [name, value] : fields)
    encoded ? append_member(object, percent_encode(name), percent_encode(value))
            : append_member(object, name, value);
  return object;
}

// One overload per method: writes the members that follow id and method, in the captured order.
struct BodyWriter {
  OrderedValue& header;
  const Packet& packet;
  Writer writer;

  std::string payload_type() const {
    return packet.payload_type.empty() ? std::string(kJsonType) : packet.payload_type;
  }

  void finish() const {
    header["payload_size"] = packet.payload.size();
    if (!packet.payload.empty()) header["payload_type"] = payload_type();
  }

  void operator()(const Init& init) const {
    header["token"] = init.token;
    header["continuation_token"] =
        init.continuation_token.empty() ? OrderedValue() : OrderedValue(init.continuation_token);
    OrderedValue metadata = OrderedValue::object();
    for (const auto& [name, value] : init.metadata) metadata[name] = value;
    header["metadata"] = std::move(metadata);
    header["registrations"] = write_registrations(init.registrations, writer);
    header["tweaks"] = nullptr;
    header["capabilities"] = init.capabilities;
    finish();
  }

  void operator()(const Update& update) const {
    header["token"] = update.token;
    finish();
  }

  void operator()(const Message& message) const {
    header["active_grant"] = message.active_grant;
    header["payload_type"] = payload_type();
    header["http_request"] = OrderedValue{{"host", message.host},
                                          {"path", message.request.path},
                                          {"method", message.request.method},
                                          {"params", write_fields(message.request.params, true)},
                                          {"headers", write_fields(message.request.headers, false)}};
    header["payload_size"] = packet.payload.size();
  }

  void operator()(const Reply& reply) const {
    if (writer == Writer::client) header["payload_type"] = payload_type();
    header["status"] = write_status(reply.status);
    if (reply.http) write_http(*reply.http);
    if (reply.init) write_init_reply(*reply.init);
    header["payload_size"] = packet.payload.size();
    if (writer == Writer::server && !packet.payload.empty()) header["payload_type"] = payload_type();
  }

  void write_http(const http::Response& response) const {
    header["http_status"] = {{"code", response.status}, {"status", http::reason_phrase(response.status)}};
    OrderedValue headers{{"content-type", response.content_type}};
    for (const auto& [name, value] : response.headers) append_member(headers, name, value);
    header["http_headers"] = std::move(headers);
  }

  void write_init_reply(const InitReply& init) const {
    header["capabilities"] = init.capabilities;
    header["continuation_token"] = init.continuation_token;
    OrderedValue status{{"reissued", init.reissued}};
    if (!init.reissue_reason.empty()) status["reissue_reason"] = init.reissue_reason;
    if (!init.reissue_message.empty()) status["reissue_message"] = init.reissue_message;
    header["continuation_token_status"] = std::move(status);
    header["init_registrations"] = write_registrations(init.registrations, writer);
  }

  void operator()(const Notification& notification) const {
    header["message_type"] = notification.message_type;
    header["notification_ctx_id"] = notification.context_id;
    finish();
  }

  void operator()(const ClientUpdate& update) const {
    header["client_update_type"] = update.type;
    finish();
  }

  void operator()(const Close& close) const {
    if (close.status) header["status"] = write_status(*close.status);
    finish();
  }

  void operator()(const NotificationContext& context) const {
    header["notification_ctx_id"] = context.context_id;
    finish();
  }

  void operator()(const Ping&) const { finish(); }
  void operator()(const Unknown&) const { finish(); }
};

struct MethodName {
  std::string operator()(const Init&) const { return "init"; }
  std::string operator()(const Update&) const { return "update"; }
  std::string operator()(const Message&) const { return "message"; }
  std::string operator()(const Reply&) const { return "reply"; }
  std::string operator()(const Notification&) const { return "notification"; }
  std::string operator()(const ClientUpdate&) const { return "client_update"; }
  std::string operator()(const Close&) const { return "close"; }
  std::string operator()(const Ping&) const { return "ping"; }
  std::string operator()(const NotificationContext& context) const {
    return context.put ? "put_notification_ctx" : "delete_notification_ctx";
  }
  std::string operator()(const Unknown& unknown) const { return unknown.method; }
};

}  // namespace

std::string encode(const Packet& packet, Writer writer) {
  OrderedValue header;
  if (writer == Writer::client) header["id"] = packet.id;
  header["method"] = std::visit(MethodName{}, packet.body);
  if (writer == Writer::server) header["id"] = packet.id;
  std::visit(BodyWriter{header, packet, writer}, packet.body);
  return join_frame(json::dump(header), packet.payload, writer == Writer::server);
}

Packet make_ack(std::string id, Status status) {
  return {std::move(id), Reply{std::move(status), std::nullopt, std::nullopt}, "", ""};
}

std::string encode_backoff(const BackoffPolicy& policy) {
  OrderedValue object{{"reconnect_min_ms", policy.reconnect_min_ms}};
  if (policy.reconnect_max_ms != 0) object["reconnect_max_ms"] = policy.reconnect_max_ms;
  return json::dump({{"backoff_policy", std::move(object)}});
}

}  // namespace parley::twilsock
