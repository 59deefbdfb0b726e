#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>

/// Sync on the wire: events, subscription requests and their outcomes. JSON data travels as text here.
namespace parley::sync {

enum class ObjectType { document, list, map };

/// "document", "list", "map"
std::string_view to_string(ObjectType type);
std::optional<ObjectType> object_type(std::string_view name);

/// The last is of a list, and only written: it begins the session of an older client, which alone reads it.
enum class Change { updated, removed, item_added, item_updated, item_removed, context_updated };

/// One change of one object. `updated`, `removed` and `context_updated` are of the object itself, the others
/// of an item.
struct Event {
  ObjectType type = ObjectType::document;
  Change change = Change::updated;
  std::int64_t id = 0;
  std::string object_sid;
  std::string unique_name;  ///< "" if the object has none
  std::string revision;     ///< of the object
  std::string item_key;     ///< key of a map, decimal index of a list; "" for the object itself
  std::string item_url;
  std::string item_revision;
  std::string data = "{}";   ///< JSON text: of the item, the document or the context
  std::string date_created;  ///< ISO 8601, the time of the change

  std::int64_t item_index() const;  ///< of a list event
};

/// How a subscription request ended, or that it was cancelled.
struct Outcome {
  enum class Kind { established, canceled, failed };
  Kind kind = Kind::established;
  std::string object_sid;
  ObjectType type = ObjectType::document;
  bool interrupted = false;         ///< established, but the rest of the replay must be asked for again
  std::int64_t last_event_id = -1;  ///< of an established subscription
  int status = 0;                   ///< of a failed one: 404 means the object is gone
  int code = 0;
  std::string message;
};

/// How a client reads what is not live: with the second it takes many events from one envelope ("events"),
/// with the first one alone ("event"; the other form ends its process).
enum class EventProtocol { v3 = 3, v4 = 4 };

/// The answer to a batch of subscriptions, part by part.
struct Correlation {
  std::int64_t id = 0;  ///< the batch's `correlation_id`
  EventProtocol protocol = EventProtocol::v4;
};

/// One notification payload: events and outcomes never mix in one envelope.
struct Envelope {
  std::optional<std::int64_t> correlation_id;  ///< of replays and outcomes; live events have none
  std::vector<Event> events;
  std::vector<Outcome> outcomes;
};

inline constexpr std::string_view kSyncEventType = "twilio.sync.event";
/// "com.twilio.rtd.cds.map" and so on: the notification type of live events.
std::string_view live_message_type(ObjectType type);

/// Unknown event types decode to an empty envelope: they are to be ignored. Errors name the path.
Result<Envelope> decode_envelope(std::string_view payload);

/// One live event ("event"), as sent under live_message_type().
std::string encode_live(const Event& event);
/// How long that text is at most, without writing it, if no name or key in it has to be quoted.
std::size_t live_size(const Event& event);
/// A replay, strictly ordered. All must have the same `type` and `change`; with EventProtocol::v3 it is one.
std::string encode_replay(const std::vector<Event>& events, Correlation correlation);
/// All must be of the same kind; with EventProtocol::v3 it is one.
std::string encode_outcomes(const std::vector<Outcome>& outcomes, Correlation correlation);

struct SubscriptionRequest {
  std::string object_sid;
  ObjectType type = ObjectType::document;
  std::optional<std::int64_t> last_event_id;  ///< nothing: from now on
};

/// Body of POST /v4/Subscriptions.
struct SubscriptionBatch {
  bool cancel = false;
  Correlation correlation{};
  int retried_requests = 0;
  std::vector<SubscriptionRequest> requests;
};

Result<SubscriptionBatch> decode_batch(std::string_view body);
std::string encode_batch(const SubscriptionBatch& batch);

/// Answer to a batch.
struct BatchReply {
  int estimated_delivery_in_ms = 10000;
  int max_batch_size = 1000;
  int ttl_in_s = 86400;
};

Result<BatchReply> decode_batch_reply(std::string_view body);
std::string encode_batch_reply(const BatchReply& reply);

}  // namespace parley::sync
