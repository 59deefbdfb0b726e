#include <algorithm>
#include <map>

#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/base/json_text.hpp"
#include "common/base/limits.hpp"
#include "common/protocol/twilsock/frame.hpp"
#include "common/protocol/twilsock/packet.hpp"

namespace parley::twilsock {
namespace {

using json::TextReader;

constexpr json::Bounds kHeaderBounds{limits::kPacketHeaderMembers, limits::kPacketHeaderMembers};

std::vector<std::string> read_strings(std::string_view array) {
  std::vector<std::string> strings;
  for (const auto entry : json::elements_in(array))
    if (auto text = json::string_in(entry)) strings.push_back(*std::move(text));
  return strings;
}

// The JavaScript client puts a number among the strings; descriptive values are never worth a refusal.
std::vector<std::pair<std::string, std::string>> read_metadata(std::string_view object) {
  std::map<std::string, std::string> last;
  for (const auto& [name, value] : json::members_in(object))
    last[name] = json::string_in(value).value_or(std::string(value));
  return {last.begin(), last.end()};
}

MessageTypes read_message_types(std::string_view array) {
  MessageTypes types;
  auto entries = json::elements_in(array);
  entries.resize(std::min(entries.size(), limits::kRegistrationTypes));
  for (const auto entry : entries)
    if (const auto name = json::string_in(entry)) types.add(*name);
  return types;
}

std::vector<Registration> read_registrations(std::string_view array) {
  std::vector<Registration> registrations;
  for (const auto entry : json::elements_in(array)) {
    if (!json::is_object(entry)) continue;
    if (registrations.size() == limits::kInitRegistrations) break;
    TextReader reader(entry, "registrations");
    Registration registration;
    registration.product = reader.optional_string("product").value_or("");
    registration.type = reader.optional_string("type").value_or("");
    registration.protocol_version =
        static_cast<int>(reader.optional_integer("notification_protocol_version").value_or(0));
    registration.message_types = read_message_types(reader.any("message_types"));
    registration.context_id = reader.optional_string("notification_ctx_id").value_or("");
    registrations.push_back(std::move(registration));
  }
  return registrations;
}

// A status outside of HTTP's range is no status; cutting it to an int could turn it into a success.
int read_code(TextReader& reader) {
  const auto code = reader.integer("code");
  if (code < 0 || code > 999) reader.fail("code", "0 to 999");
  return reader.failed() ? 0 : static_cast<int>(code);
}

Status read_status(std::string_view object, TextReader& outer) {
  TextReader reader(object, "status");
  Status status;
  status.code = read_code(reader);
  status.status = reader.optional_string("status").value_or("");
  status.error_code = static_cast<int>(reader.optional_integer("errorCode").value_or(0));
  status.description = reader.optional_string("description").value_or("");
  if (reader.failed()) outer.fail("status", "an object with an integer code");
  return status;
}

/// Reads names and values. A name with an array of values stands for as many fields, each with a copy of it:
/// so what they take together is bounded, too.
class FieldsReader {
 public:
  explicit FieldsReader(bool encoded) : encoded_(encoded) {}

  /// In the order in which they were written. Nothing if they take more than limits::kPacketHeaderBytes.
  std::optional<http::Fields> read(std::string_view object) {
    for (const auto& [name, text] : json::members_in(object)) {
      if (const auto decoded = decode(name)) append(*decoded, text);
      if (bytes_ > limits::kPacketHeaderBytes) return std::nullopt;
    }
    return std::move(fields_);
  }

 private:
  std::optional<std::string> decode(const std::string& text) const {
    if (!encoded_) return text;
    auto decoded = percent_decode(text);
    return decoded ? std::optional(*std::move(decoded)) : std::nullopt;
  }

  // Native clients send arrays of strings where JavaScript sends strings; a repeated name is an array in
  // both.
  void append(const std::string& name, std::string_view value) {
    for (const auto entry : json::elements_in(value))
      if (!json::is_array(entry) && bytes_ <= limits::kPacketHeaderBytes) append(name, entry);
    const auto string = json::string_in(value);
    auto text = string ? decode(*string) : std::nullopt;
    if (!text) return;
    bytes_ += name.size() + text->size();
    fields_.emplace_back(name, *std::move(text));
  }

  bool encoded_;
  std::size_t bytes_ = 0;
  http::Fields fields_;
};

http::Fields read_fields(TextReader& header, const char* member, std::string_view object, bool encoded) {
  auto fields = FieldsReader(encoded).read(object);
  if (!fields)
    header.fail(member, "at most " + std::to_string(limits::kPacketHeaderBytes) + " bytes of fields");
  return std::move(fields).value_or(http::Fields());
}

Message read_message(TextReader& header) {
  Message message;
  message.active_grant = header.optional_string("active_grant").value_or("");
  TextReader reader(header.object("http_request"), "http_request");
  if (header.failed()) return message;
  message.host = reader.optional_string("host").value_or("");
  message.request.method = reader.string("method");
  message.request.path = reader.string("path");
  message.request.params = read_fields(header, "http_request", reader.any("params"), /*encoded=*/true);
  message.request.headers = read_fields(header, "http_request", reader.any("headers"), /*encoded=*/false);
  if (reader.failed()) header.fail("http_request", "an object with method and path");
  return message;
}

std::optional<http::Response> read_http_status(TextReader& header) {
  const auto object = header.any("http_status");
  if (object.empty()) return std::nullopt;
  TextReader reader(object, "http_status");
  http::Response response;
  response.status = read_code(reader);
  if (reader.failed()) header.fail("http_status", "an object with an integer code");
  response.headers = read_fields(header, "http_headers", header.any("http_headers"), /*encoded=*/false);
  std::erase_if(response.headers,
                [](const auto& h) { return http::equal_ignoring_case(h.first, "content-type"); });
  return response;
}

std::optional<InitReply> read_init_reply(TextReader& header) {
  const auto status = header.any("continuation_token_status");
  if (!json::is_object(status)) return std::nullopt;
  InitReply reply;
  reply.capabilities = read_strings(header.any("capabilities"));
  reply.continuation_token = header.optional_string("continuation_token").value_or("");
  TextReader reader(status, "continuation_token_status");
  reply.reissued = reader.boolean("reissued");
  reply.reissue_reason = reader.optional_string("reissue_reason").value_or("");
  reply.reissue_message = reader.optional_string("reissue_message").value_or("");
  reply.registrations = read_registrations(header.any("init_registrations"));
  if (reader.failed()) header.fail("continuation_token_status", "an object with \"reissued\"");
  return reply;
}

Body read_body(const std::string& method, TextReader& header) {
  if (method == "reply")
    return Reply{read_status(header.object("status"), header), read_http_status(header),
                 read_init_reply(header)};
  if (method == "notification")
    return Notification{header.string("message_type"),
                        header.optional_string("notification_ctx_id").value_or("")};
  if (method == "message") return read_message(header);
  if (method == "init")
    return Init{header.string("token"), header.optional_string("continuation_token").value_or(""),
                read_metadata(header.any("metadata")), read_registrations(header.any("registrations")),
                read_strings(header.any("capabilities"))};
  if (method == "update") return Update{header.string("token")};
  if (method == "ping") return Ping{};
  if (method == "client_update") return ClientUpdate{header.string("client_update_type")};
  if (method == "close") {
    const auto status = header.any("status");
    return status.empty() ? Close{} : Close{read_status(status, header)};
  }
  if (method == "put_notification_ctx" || method == "delete_notification_ctx")
    return NotificationContext{method.starts_with("put"), header.string("notification_ctx_id")};
  return Unknown{method};
}

}  // namespace

Result<Packet> decode(std::string_view bytes, const FrameLimits& most) {
  const auto frame = split_frame(bytes, most);
  if (!frame) return frame.error();
  if (const auto checked = json::check_object(frame->header, kHeaderBounds); !checked) return checked.error();

  TextReader reader(frame->header, "");
  Packet packet;
  packet.id = reader.string("id");
  const std::string method = reader.string("method");
  packet.payload_type = reader.optional_string("payload_type").value_or("");
  const auto payload_size = reader.optional_integer("payload_size").value_or(0);
  if (packet.id.empty() || packet.id.size() > limits::kPacketIdBytes) reader.fail("id", "1 to 64 bytes");
  if (payload_size < 0) reader.fail("payload_size", "a size");
  if (!reader.failed()) packet.body = read_body(method, reader);
  if (reader.failed()) return reader.error();

  const auto payload = take_payload(frame->rest, static_cast<std::size_t>(payload_size));
  if (!payload) return payload.error();
  packet.payload = *payload;
  return packet;
}

Result<MessageTypes> decode_notification_types(std::string_view payload) {
  if (payload.size() > limits::kNotificationContextBytes)
    return Error{
        .code = Errc::protocol_error,
        .message = "payload: at most " + std::to_string(limits::kNotificationContextBytes) + " bytes"};
  if (const auto checked = json::check_object(payload, kHeaderBounds); !checked) return checked.error();
  TextReader reader(payload, "");
  const auto types = read_message_types(reader.array("message_types"));
  if (reader.failed()) return reader.error();
  return types;
}

std::optional<BackoffPolicy> decode_backoff(std::string_view payload) {
  if (!json::check_object(payload, kHeaderBounds)) return std::nullopt;
  const auto policy = json::member_in(payload, "backoff_policy");
  if (policy.empty()) return std::nullopt;
  TextReader reader(policy, "backoff_policy");
  const auto min = reader.integer("reconnect_min_ms");
  const auto max = reader.optional_integer("reconnect_max_ms").value_or(0);
  constexpr std::int64_t kDay = 24 * 60 * 60 * 1000;
  if (reader.failed() || min < 0 || min > kDay || max < 0 || max > kDay) return std::nullopt;
  return BackoffPolicy{static_cast<int>(min), static_cast<int>(max)};
}

}  // namespace parley::twilsock
