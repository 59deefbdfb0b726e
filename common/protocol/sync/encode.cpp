#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/protocol/sync/event.hpp"
#include "common/protocol/sync/names.hpp"

namespace parley::sync {
namespace {

using json::Value;

constexpr int kProtocolVersion = 4;

Value write_data(const std::string& data) {
  auto value = json::parse_object(data);
  return value ? std::move(*value) : Value::object();
}

Value write_document_event(const Event& event) {
  Value object{{"id", event.id}, {"document_sid", event.object_sid}};
  if (!event.unique_name.empty()) object["document_unique_name"] = event.unique_name;
  object["document_revision"] = event.revision;
  object["document_data"] = write_data(event.data);
  object["date_created"] = event.date_created;
  object["date_expires"] = nullptr;
  return object;
}

Value write_removed_object(const Event& event, const std::string& prefix) {
  return {{"id", event.id},
          {"date_created", event.date_created},
          {"date_expires", nullptr},
          {prefix + "_sid", event.object_sid}};
}

Value write_item_event(const Event& event, const std::string& prefix) {
  Value object{{"id", event.id},
               {"date_created", event.date_created},
               {"date_expires", nullptr},
               {prefix + "_sid", event.object_sid},
               {prefix + "_revision", event.revision}};
  if (!event.unique_name.empty()) object[prefix + "_unique_name"] = event.unique_name;
  if (event.type == ObjectType::list)
    object["item_index"] = event.item_index();
  else
    object["item_key"] = event.item_key;
  if (event.change != Change::item_removed) object["item_url"] = event.item_url;
  object["item_revision"] = event.item_revision;
  object["item_data"] = write_data(event.data);
  return object;
}

Value write_event(const Event& event) {
  const std::string prefix(to_string(event.type));
  if (event.change == Change::removed) return write_removed_object(event, prefix);
  if (event.change == Change::updated) return write_document_event(event);
  return write_item_event(event, prefix);
}

Value write_outcome(const Outcome& outcome) {
  Value object{{"object_sid", outcome.object_sid}, {"object_type", to_string(outcome.type)}};
  if (outcome.kind == Outcome::Kind::established) {
    object["replay_status"] = outcome.interrupted ? "interrupted" : "completed";
    object["last_event_id"] = outcome.last_event_id;
  }
  if (outcome.kind == Outcome::Kind::failed)
    object["error"] = {{"status", outcome.status}, {"code", outcome.code}, {"message", outcome.message}};
  return object;
}

Value open_envelope(std::string_view event_type, std::optional<std::int64_t> correlation_id) {
  Value envelope{{"event_type", event_type}};
  if (correlation_id) envelope["correlation_id"] = *correlation_id;
  envelope["event_protocol_version"] = kProtocolVersion;
  return envelope;
}

}  // namespace

std::string encode_live(const Event& event) {
  Value envelope = open_envelope(event_type_name(event.type, event.change), std::nullopt);
  envelope["event"] = write_event(event);
  return json::dump(envelope);
}

std::string encode_replay(const std::vector<Event>& events, std::int64_t correlation_id) {
  Value envelope = open_envelope(event_type_name(events.front().type, events.front().change), correlation_id);
  envelope["strictly_ordered"] = true;
  Value& array = envelope["events"] = Value::array();
  for (const auto& event : events) array.push_back(write_event(event));
  return json::dump(envelope);
}

std::string encode_outcomes(const std::vector<Outcome>& outcomes, std::int64_t correlation_id) {
  Value envelope = open_envelope(outcome_name(outcomes.front().kind), correlation_id);
  Value& array = envelope["events"] = Value::array();
  for (const auto& outcome : outcomes) array.push_back(write_outcome(outcome));
  return json::dump(envelope);
}

std::string encode_batch(const SubscriptionBatch& batch) {
  Value requests = Value::array();
  for (const auto& request : batch.requests) {
    Value entry{{"object_sid", request.object_sid}, {"object_type", to_string(request.type)}};
    if (request.last_event_id) entry["last_event_id"] = *request.last_event_id;
    requests.push_back(std::move(entry));
  }
  return json::dump({{"event_protocol_version", kProtocolVersion},
                     {"action", batch.cancel ? "cancel" : "establish"},
                     {"correlation_id", batch.correlation_id},
                     {"retried_requests", batch.retried_requests},
                     {"ttl_in_s", -1},
                     {"requests", std::move(requests)}});
}

std::string encode_batch_reply(const BatchReply& reply) {
  return json::dump({{"estimated_delivery_in_ms", reply.estimated_delivery_in_ms},
                     {"max_batch_size", reply.max_batch_size},
                     {"ttl_in_s", reply.ttl_in_s}});
}

}  // namespace parley::sync
