#include "chat_service/src/domain/projection.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/policy.hpp"
#include "common/base/json.hpp"

namespace parley::chat_service::projection {
namespace {

using json::Value;
using policy::ObjectKind;

template <class T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value(nullptr);
}

Value date_or_null(const std::optional<Millis>& date) { return date ? Value(to_iso(*date)) : Value(nullptr); }

Value last_message(const Conversation& conversation) {
  if (!conversation.last_message_index) return nullptr;
  return {{"index", *conversation.last_message_index}, {"timestamp", to_iso(conversation.last_message_date)}};
}

Value bindings(const Participant& participant) {
  auto binding = json::parse(*participant.binding);
  Value object = Value::object();
  if (binding) object[participant.type] = std::move(*binding);
  return object;
}

}  // namespace

// A key that is absent is left unchanged by the client: whatever can be cleared is sent as null.
std::string conversation_document(const Conversation& conversation) {
  const std::string& sid = conversation.sid;
  return json::dump({{"friendlyName", or_null(conversation.friendly_name)},
                     {"uniqueName", or_null(conversation.unique_name)},
                     {"attributes", conversation.attributes},
                     {"createdBy", conversation.created_by},
                     {"dateCreated", to_iso(conversation.date_created)},
                     {"dateUpdated", to_iso(conversation.date_updated)},
                     {"messages", policy::object_name(sid, ObjectKind::messages)},
                     {"roster", policy::object_name(sid, ObjectKind::roster)},
                     {"type", conversation.is_public ? "public" : "private"},
                     {"state", {{"current", "active"}, {"dateUpdated", to_iso(conversation.date_created)}}},
                     {"bindings", Value::object()},
                     {"lastMessage", last_message(conversation)}});
}

// No field of the conversation itself: it would overwrite the document's on the client with a stale value.
std::string my_conversation_item(const Conversation& conversation, const Participant& participant) {
  const std::string& sid = conversation.sid;
  return json::dump({{"status", "joined"},
                     {"channel", policy::object_name(sid, ObjectKind::document)},
                     {"roster", policy::object_name(sid, ObjectKind::roster)},
                     {"messages", policy::object_name(sid, ObjectKind::messages)},
                     {"lastConsumedMessageIndex", or_null(participant.last_read)},
                     {"notificationLevel", participant.notification_level}});
}

std::string roster_item(const Participant& participant, const std::string& role_sid) {
  Value item = Value::object();
  if (participant.user) item["identity"] = participant.identity;
  item["type"] = participant.type;
  item["roleSid"] = role_sid;
  item["attributes"] = participant.attributes;
  item["dateCreated"] = to_iso(participant.date_created);
  item["dateUpdated"] = to_iso(participant.date_updated);
  item["lastConsumedMessageIndex"] = or_null(participant.last_read);
  item["lastConsumptionTimestamp"] = date_or_null(participant.last_read_date);
  if (participant.user) item["userInfo"] = participant.user_info;
  if (participant.binding) item["bindings"] = bindings(participant);
  return json::dump(item);
}

std::string message_item(const Message& message) {
  Value item{{"sid", message.sid},
             {"author", message.author},
             {"memberSid", message.participant_sid},
             {"text", or_null(message.body)},
             {"attributes", message.attributes},
             {"type", "text"},
             {"timestamp", to_iso(message.date_created)},
             {"dateUpdated", to_iso(message.date_updated)},
             {"lastUpdatedBy", or_null(message.last_updated_by)}};
  if (message.subject) item["subject"] = *message.subject;
  return json::dump(item);
}

std::string value_item(const std::optional<std::string>& value) {
  return json::dump({{"value", or_null(value)}});
}

std::string reachability_item(const User& user) {
  return json::dump({{"online", user.online}, {"notifiable", user.notifiable}});
}

}  // namespace parley::chat_service::projection
