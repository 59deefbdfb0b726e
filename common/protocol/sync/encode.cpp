#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/base/json_writer.hpp"
#include "common/protocol/sync/event.hpp"
#include "common/protocol/sync/names.hpp"

namespace parley::sync {
namespace {

using json::ObjectWriter;
using json::OrderedValue;

int version(EventProtocol protocol) { return static_cast<int>(protocol); }
constexpr EventProtocol kNewest = EventProtocol::v4;

/// What a live event has beside its values, numbers included.
constexpr std::size_t kLiveFrameBytes = 280;

std::string_view object_of(const std::string& data) {
  return data.starts_with('{') ? std::string_view(data) : "{}";
}

void write_document_event(ObjectWriter& object, const Event& event) {
  object.number("id", event.id);
  object.text("document_sid", event.object_sid);
  if (!event.unique_name.empty()) object.text("document_unique_name", event.unique_name);
  object.text("document_revision", event.revision);
  object.member("document_data") += object_of(event.data);
  object.text("date_created", event.date_created);
  object.null("date_expires");
}

void write_removed_object(ObjectWriter& object, const Event& event, const std::string& prefix) {
  object.number("id", event.id);
  object.text("date_created", event.date_created);
  object.null("date_expires");
  object.text(prefix + "_sid", event.object_sid);
}

void write_item_event(ObjectWriter& object, const Event& event, const std::string& prefix) {
  write_removed_object(object, event, prefix);
  object.text(prefix + "_revision", event.revision);
  if (!event.unique_name.empty()) object.text(prefix + "_unique_name", event.unique_name);
  if (event.type == ObjectType::list)
    object.number("item_index", event.item_index());
  else
    object.text("item_key", event.item_key);
  if (event.change != Change::item_removed) object.text("item_url", event.item_url);
  object.text("item_revision", event.item_revision);
  object.member("item_data") += object_of(event.data);
}

void write_context_event(ObjectWriter& object, const Event& event, const std::string& prefix) {
  object.number("id", event.id);
  object.text(prefix + "_sid", event.object_sid);
  object.text("date_created", event.date_created);
  object.member("context_data") += object_of(event.data);
}

void write_event(std::string& out, const Event& event) {
  ObjectWriter object(out);
  const std::string prefix(to_string(event.type));
  if (event.change == Change::context_updated) return write_context_event(object, event, prefix);
  if (event.change == Change::removed) return write_removed_object(object, event, prefix);
  if (event.change == Change::updated) return write_document_event(object, event);
  write_item_event(object, event, prefix);
}

void write_events(ObjectWriter& envelope, const std::vector<Event>& events) {
  envelope.member("strictly_ordered") += "true";
  std::string& array = envelope.member("events");
  for (const Event& event : events) {
    array += &event == &events.front() ? '[' : ',';
    write_event(array, event);
  }
  array += ']';
}

OrderedValue write_outcome(const Outcome& outcome) {
  OrderedValue object{{"object_sid", outcome.object_sid}, {"object_type", to_string(outcome.type)}};
  if (outcome.kind == Outcome::Kind::established) {
    object["replay_status"] = outcome.interrupted ? "interrupted" : "completed";
    object["last_event_id"] = outcome.last_event_id;
  }
  if (outcome.kind == Outcome::Kind::failed)
    object["error"] = {{"status", outcome.status}, {"code", outcome.code}, {"message", outcome.message}};
  return object;
}

}  // namespace

std::size_t live_size(const Event& event) {
  return kLiveFrameBytes + event.data.size() + event.object_sid.size() + event.unique_name.size() +
         event.revision.size() + event.item_key.size() + event.item_url.size() + event.item_revision.size() +
         event.date_created.size();
}

std::string encode_live(const Event& event) {
  std::string out;
  out.reserve(live_size(event));
  {
    ObjectWriter envelope(out);
    envelope.text("event_type", event_type_name(event.type, event.change));
    envelope.number("event_protocol_version", version(kNewest));
    write_event(envelope.member("event"), event);
  }
  return out;
}

std::string encode_replay(const std::vector<Event>& events, Correlation correlation) {
  std::string out;
  {
    ObjectWriter envelope(out);
    envelope.text("event_type", event_type_name(events.front().type, events.front().change));
    envelope.number("correlation_id", correlation.id);
    envelope.number("event_protocol_version", version(correlation.protocol));
    if (correlation.protocol == EventProtocol::v3)
      write_event(envelope.member("event"), events.front());
    else
      write_events(envelope, events);
  }
  return out;
}

std::string encode_outcomes(const std::vector<Outcome>& outcomes, Correlation correlation) {
  OrderedValue envelope{{"event_type", outcome_name(outcomes.front().kind)},
                        {"correlation_id", correlation.id},
                        {"event_protocol_version", version(correlation.protocol)}};
  if (correlation.protocol == EventProtocol::v3) {
    envelope["event"] = write_outcome(outcomes.front());
    return json::dump(envelope);
  }
  OrderedValue& array = envelope["events"] = OrderedValue::array();
  for (const auto& outcome : outcomes) array.push_back(write_outcome(outcome));
  return json::dump(envelope);
}

std::string encode_batch(const SubscriptionBatch& batch) {
  OrderedValue requests = OrderedValue::array();
  for (const auto& request : batch.requests) {
    OrderedValue entry{{"object_sid", request.object_sid}, {"object_type", to_string(request.type)}};
    if (request.last_event_id) entry["last_event_id"] = *request.last_event_id;
    requests.push_back(std::move(entry));
  }
  return json::dump({{"event_protocol_version", version(batch.correlation.protocol)},
                     {"action", batch.cancel ? "cancel" : "establish"},
                     {"correlation_id", batch.correlation.id},
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
