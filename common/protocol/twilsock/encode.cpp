#include <algorithm>

#include "common/base/encoding.hpp"
#include "common/base/json_writer.hpp"
#include "common/protocol/twilsock/frame.hpp"
#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock {
namespace {

using json::ObjectWriter;

constexpr std::string_view kJsonType = "application/json";

void write_status(const Status& status, std::string& out) {
  ObjectWriter object(out);
  object.number("code", status.code);
  object.text("status", status.status);
  if (status.error_code != 0) object.number("errorCode", status.error_code);
  if (!status.description.empty()) object.text("description", status.description);
}

void write_registration(const Registration& registration, Writer writer, std::string& out) {
  ObjectWriter object(out);
  if (writer == Writer::server) {
    object.text("notification_ctx_id", registration.context_id);
    object.text("type", registration.type);
    object.text("product", registration.product);
  } else {
    object.text("product", registration.product);
    object.text("type", registration.type);
    object.number("notification_protocol_version", registration.protocol_version);
  }
  std::vector<std::string_view> names;
  for (const std::string_view name : MessageTypes::kNames)
    if (registration.message_types.has(name)) names.push_back(name);
  json::append_array(object.member("message_types"), names, json::append_quoted);
}

void write_registrations(const std::vector<Registration>& registrations, Writer writer, std::string& out) {
  json::append_array(out, registrations, [&](std::string& text, const Registration& registration) {
    write_registration(registration, writer, text);
  });
}

/// A name that is there several times becomes one member with an array.
void write_fields(const http::Fields& fields, std::string& out) {
  ObjectWriter object(out);
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto has_name = [&](const auto& other) { return other.first == field->first; };
    if (std::any_of(fields.begin(), field, has_name)) continue;
    std::vector<std::string_view> values;
    for (const auto& [name, value] : fields)
      if (name == field->first) values.push_back(value);
    if (values.size() == 1)
      object.text(field->first, values.front());
    else
      json::append_array(object.member(field->first), values, json::append_quoted);
  }
}

http::Fields encoded(const http::Fields& fields) {
  http::Fields result;
  for (const auto& [name, value] : fields) result.emplace_back(percent_encode(name), percent_encode(value));
  return result;
}

// One overload per method: writes the members that follow id and method, in the captured order.
struct BodyWriter {
  ObjectWriter& header;
  const Packet& packet;
  Writer writer;

  std::string_view payload_type() const {
    return packet.payload_type.empty() ? kJsonType : std::string_view(packet.payload_type);
  }
  void write_size() const { header.number("payload_size", static_cast<std::int64_t>(packet.payload.size())); }

  void finish() const {
    write_size();
    if (!packet.payload.empty()) header.text("payload_type", payload_type());
  }

  void operator()(const Init& init) const {
    header.text("token", init.token);
    if (init.continuation_token.empty())
      header.null("continuation_token");
    else
      header.text("continuation_token", init.continuation_token);
    write_fields(init.metadata, header.member("metadata"));
    write_registrations(init.registrations, writer, header.member("registrations"));
    header.null("tweaks");
    json::append_array(header.member("capabilities"), init.capabilities, json::append_quoted);
    finish();
  }

  void operator()(const Update& update) const {
    header.text("token", update.token);
    finish();
  }

  void operator()(const Message& message) const {
    header.text("active_grant", message.active_grant);
    header.text("payload_type", payload_type());
    write_request(message, header.member("http_request"));
    write_size();
  }

  static void write_request(const Message& message, std::string& out) {
    ObjectWriter request(out);
    request.text("host", message.host);
    request.text("path", message.request.path);
    request.text("method", message.request.method);
    write_fields(encoded(message.request.params), request.member("params"));
    write_fields(message.request.headers, request.member("headers"));
  }

  void operator()(const Reply& reply) const {
    if (writer == Writer::client) header.text("payload_type", payload_type());
    write_status(reply.status, header.member("status"));
    if (reply.http) write_http(*reply.http);
    if (reply.init) write_init_reply(*reply.init);
    write_size();
    if (writer == Writer::server && !packet.payload.empty()) header.text("payload_type", payload_type());
  }

  void write_http(const http::Response& response) const {
    write_status({response.status, std::string(http::reason_phrase(response.status)), 0, ""},
                 header.member("http_status"));
    http::Fields headers{{"content-type", response.content_type}};
    headers.insert(headers.end(), response.headers.begin(), response.headers.end());
    write_fields(headers, header.member("http_headers"));
  }

  void write_init_reply(const InitReply& init) const {
    json::append_array(header.member("capabilities"), init.capabilities, json::append_quoted);
    header.text("continuation_token", init.continuation_token);
    write_continuation(init, header.member("continuation_token_status"));
    write_registrations(init.registrations, writer, header.member("init_registrations"));
  }

  static void write_continuation(const InitReply& init, std::string& out) {
    ObjectWriter status(out);
    status.member("reissued") += init.reissued ? "true" : "false";
    if (!init.reissue_reason.empty()) status.text("reissue_reason", init.reissue_reason);
    if (!init.reissue_message.empty()) status.text("reissue_message", init.reissue_message);
  }

  void operator()(const Notification& notification) const {
    header.text("message_type", notification.message_type);
    header.text("notification_ctx_id", notification.context_id);
    finish();
  }

  void operator()(const ClientUpdate& update) const {
    header.text("client_update_type", update.type);
    finish();
  }

  void operator()(const Close& close) const {
    if (close.status) write_status(*close.status, header.member("status"));
    finish();
  }

  void operator()(const NotificationContext& context) const {
    header.text("notification_ctx_id", context.context_id);
    finish();
  }

  void operator()(const Ping&) const { finish(); }
  void operator()(const Unknown&) const { finish(); }
};

struct MethodName {
  std::string_view operator()(const Init&) const { return "init"; }
  std::string_view operator()(const Update&) const { return "update"; }
  std::string_view operator()(const Message&) const { return "message"; }
  std::string_view operator()(const Reply&) const { return "reply"; }
  std::string_view operator()(const Notification&) const { return "notification"; }
  std::string_view operator()(const ClientUpdate&) const { return "client_update"; }
  std::string_view operator()(const Close&) const { return "close"; }
  std::string_view operator()(const Ping&) const { return "ping"; }
  std::string_view operator()(const NotificationContext& context) const {
    return context.put ? "put_notification_ctx" : "delete_notification_ctx";
  }
  std::string_view operator()(const Unknown& unknown) const { return unknown.method; }
};

}  // namespace

std::string encode(const Packet& packet, Writer writer) {
  std::string text;
  {
    ObjectWriter header(text);
    if (writer == Writer::client) header.text("id", packet.id);
    header.text("method", std::visit(MethodName{}, packet.body));
    if (writer == Writer::server) header.text("id", packet.id);
    std::visit(BodyWriter{header, packet, writer}, packet.body);
  }
  return join_frame(text, packet.payload, writer == Writer::server);
}

Packet make_ack(std::string id, Status status) {
  return {std::move(id), Reply{std::move(status), std::nullopt, std::nullopt}, "", ""};
}

std::string encode_backoff(const BackoffPolicy& policy) {
  std::string text;
  {
    ObjectWriter object(text);
    ObjectWriter inner(object.member("backoff_policy"));
    inner.number("reconnect_min_ms", policy.reconnect_min_ms);
    if (policy.reconnect_max_ms != 0) inner.number("reconnect_max_ms", policy.reconnect_max_ms);
  }
  return text;
}

}  // namespace parley::twilsock
