#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/base/json_text.hpp"
#include "common/base/limits.hpp"
#include "common/protocol/sync/event.hpp"
#include "common/protocol/sync/names.hpp"

namespace parley::sync {
namespace {

using json::Reader;
using json::TextReader;
using json::Value;

// A list writes its index as a number or as its decimal string.
std::string read_key(TextReader& reader, ObjectType type) {
  if (type == ObjectType::map) return reader.string("item_key");
  const auto index = reader.any("item_index");
  if (const auto number = json::integer_in(index)) return std::to_string(*number);
  const std::string text = json::string_in(index).value_or("");
  const bool decimal =
      !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!decimal) reader.fail("item_index", "an index");
  return text;
}

// The bytes of the service, which need not be written anew.
std::string read_data(const TextReader& event, std::string_view member) {
  const auto data = event.any(member);
  return json::is_object(data) ? std::string(data) : "{}";
}

Event read_event(TextReader& reader, EventKind kind) {
  const std::string prefix(to_string(kind.type));
  Event event;
  event.type = kind.type;
  event.change = kind.change;
  event.object_sid = reader.string(prefix + "_sid");
  event.unique_name = reader.optional_string(prefix + "_unique_name").value_or("");
  event.date_created = reader.optional_string("date_created").value_or("");
  event.revision = reader.optional_string(prefix + "_revision").value_or("");
  if (kind.change == Change::removed) {
    event.id = reader.optional_integer("id").value_or(0);
  } else {
    event.id = reader.integer("id");
  }
  if (kind.change == Change::updated) event.data = read_data(reader, "document_data");
  const bool of_item = kind.change != Change::updated && kind.change != Change::removed;
  if (of_item) {
    event.item_key = read_key(reader, kind.type);
    event.item_url = reader.optional_string("item_url").value_or("");
    event.item_revision = reader.optional_string("item_revision").value_or("");
    event.data = read_data(reader, "item_data");
  }
  return event;
}

Outcome read_outcome(TextReader& reader, Outcome::Kind kind) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.object_sid = reader.string("object_sid");
  const auto type = object_type(reader.optional_string("object_type").value_or(""));
  if (!type) reader.fail("object_type", "document, list or map");
  outcome.type = type.value_or(ObjectType::document);
  if (kind == Outcome::Kind::established) {
    outcome.interrupted = reader.optional_string("replay_status") == "interrupted";
    outcome.last_event_id = reader.integer("last_event_id");
  }
  if (kind == Outcome::Kind::failed) {
    TextReader failure(reader.object("error"), reader.path_of("error"));
    outcome.status = static_cast<int>(failure.integer("status"));
    outcome.code = static_cast<int>(failure.optional_integer("code").value_or(0));
    outcome.message = failure.optional_string("message").value_or("");
    if (failure.failed()) reader.fail("error", "an object with a status");
  }
  return outcome;
}

template <class T, class Read>
std::optional<Error> read_one(std::string_view text, std::string path, Read read, std::vector<T>& into) {
  TextReader reader(text, std::move(path));
  into.push_back(read(reader));
  return reader.failed() ? std::optional(reader.error()) : std::nullopt;
}

/// What is under "event" and "events".
template <class T, class Read>
std::optional<Error> read_each(const TextReader& envelope, Read read, std::vector<T>& into) {
  const auto single = envelope.any("event");
  if (!single.empty())
    if (auto error = read_one(single, "event", read, into)) return error;
  const auto several = envelope.any("events");
  if (!several.empty() && !json::is_array(several))
    return Error{.code = Errc::protocol_error, .message = "events: expected an array"};
  std::size_t i = 0;
  for (const auto text : json::elements_in(several))
    if (auto error = read_one(text, "events[" + std::to_string(i++) + "]", read, into)) return error;
  return std::nullopt;
}

// Numbers of the service that mean a time or a count: what does not fit is the most that does.
int to_int(std::optional<std::int64_t> value, int otherwise) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  return value ? static_cast<int>(std::clamp<std::int64_t>(*value, 0, kMost)) : otherwise;
}

SubscriptionRequest read_request(const Value& object, const std::string& path, std::optional<Error>& error) {
  Reader reader(object, path);
  SubscriptionRequest request;
  request.object_sid = reader.string("object_sid");
  const auto type = object_type(reader.optional_string("object_type").value_or(""));
  if (!type) reader.fail("object_type", "document, list or map");
  request.type = type.value_or(ObjectType::document);
  request.last_event_id = reader.optional_integer("last_event_id");
  if (reader.failed() && !error) error = reader.error();
  return request;
}

}  // namespace

Result<Envelope> decode_envelope(std::string_view payload) {
  if (const auto checked = json::check_object(payload, json::kAnswerBounds); !checked) return checked.error();
  TextReader reader(payload, "");
  const std::string name = reader.string("event_type");
  Envelope envelope;
  envelope.correlation_id = reader.optional_integer("correlation_id");
  if (reader.failed()) return reader.error();

  std::optional<Error> error;
  if (const auto kind = parse_event_type(name))
    error = read_each(
        reader, [&](TextReader& event) { return read_event(event, *kind); }, envelope.events);
  else if (const auto outcome = parse_outcome_name(name))
    error = read_each(
        reader, [&](TextReader& event) { return read_outcome(event, *outcome); }, envelope.outcomes);
  if (error) return *error;
  return envelope;
}

Result<SubscriptionBatch> decode_batch(std::string_view body) {
  const auto value = json::parse_object(body);
  if (!value) return value.error();
  Reader reader(*value, "");
  SubscriptionBatch batch;
  const std::string action = reader.string("action");
  batch.cancel = action == "cancel";
  if (!batch.cancel && action != "establish") reader.fail("action", "establish or cancel");
  batch.correlation.id = reader.integer("correlation_id");
  if (reader.optional_integer("event_protocol_version").value_or(4) < 4)
    batch.correlation.protocol = EventProtocol::v3;
  batch.retried_requests = static_cast<int>(reader.optional_integer("retried_requests").value_or(0));
  const Value& requests = reader.array("requests");
  if (!reader.failed() && requests.size() > limits::kSubscriptionBatch)
    reader.fail("requests", "at most " + std::to_string(limits::kSubscriptionBatch) + " entries");
  if (reader.failed()) return reader.error();

  std::optional<Error> error;
  for (std::size_t i = 0; i < requests.size() && !error; ++i)
    batch.requests.push_back(read_request(requests[i], "requests[" + std::to_string(i) + "]", error));
  if (error) return *error;
  return batch;
}

Result<BatchReply> decode_batch_reply(std::string_view body) {
  const auto value = json::parse_object(body, json::kAnswerBounds);
  if (!value) return value.error();
  Reader reader(*value, "");
  BatchReply reply;
  reply.estimated_delivery_in_ms = static_cast<int>(
      reader.optional_integer("estimated_delivery_in_ms").value_or(reply.estimated_delivery_in_ms));
  reply.max_batch_size = to_int(reader.optional_integer("max_batch_size"), reply.max_batch_size);
  reply.ttl_in_s = to_int(reader.optional_integer("ttl_in_s"), reply.ttl_in_s);
  if (reader.failed()) return reader.error();
  return reply;
}

}  // namespace parley::sync
