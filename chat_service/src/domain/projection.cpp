#include "chat_service/src/domain/projection.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat_service/src/domain/json_values.hpp"
#include "chat_service/src/policy.hpp"
#include "common/base/json.hpp"
#include "common/base/json_writer.hpp"

namespace parley::chat_service::projection {
namespace {

using json::ObjectWriter;
using json::OrderedValue;
using policy::ObjectKind;

constexpr std::size_t kDocumentBytes = 1024;  // without attributes and long names

void write_state(std::string& out, const std::string& since) {
  ObjectWriter state(out);
  state.text("current", "active");
  state.text("dateUpdated", since);
}

void write_last_message(ObjectWriter& document, const Conversation& conversation) {
  if (!conversation.last_message_index) return document.null("lastMessage");
  ObjectWriter last(document.member("lastMessage"));
  last.number("index", *conversation.last_message_index);
  last.text("timestamp", to_iso(conversation.last_message_date));
}

// No field of the conversation itself: it would overwrite the document's on the client with a stale value.
std::string own_item(const Conversation& conversation, const char* status,
                     const std::optional<std::int64_t>& last_read, const std::string& level) {
  const std::string& sid = conversation.sid;
  return json::dump({{"status", status},
                     {"channel", policy::object_name(sid, ObjectKind::document)},
                     {"roster", policy::object_name(sid, ObjectKind::roster)},
                     {"messages", policy::object_name(sid, ObjectKind::messages)},
                     {"lastConsumedMessageIndex", or_null(last_read)},
                     {"notificationLevel", level}});
}

OrderedValue medium_value(const Medium& medium) {
  return {{"sid", medium.sid},
          {"category", medium.category},
          {"filename", or_null(medium.filename)},
          {"contentType", medium.content_type},
          {"size", medium.size}};
}

// Clients that know of one file only are shown one of those that a person attached, if there is any.
const Medium& first_of(const std::vector<Medium>& media) {
  const auto attached =
      std::find_if(media.begin(), media.end(), [](const Medium& one) { return one.category == "media"; });
  return attached == media.end() ? media.front() : *attached;
}

void write_media(ObjectWriter& item, const std::vector<Medium>& media) {
  if (media.empty()) return;
  OrderedValue all = OrderedValue::array();
  for (const Medium& medium : media) all.push_back(medium_value(medium));
  item.member("medias") += json::dump(all);
  item.member("media") += json::dump(medium_value(first_of(media)));
}

const char* amount(std::int64_t count, std::int64_t total) {
  if (count == 0) return "none";
  return count == total ? "all" : "some";
}

OrderedValue delivery(const ReceiptTable::Counts& counts) {
  return {{"total", counts.total},
          {"sent", amount(counts.sent, counts.total)},
          {"delivered", amount(counts.delivered, counts.total)},
          {"read", amount(counts.read, counts.total)},
          {"undelivered", amount(counts.undelivered, counts.total)},
          {"failed", amount(counts.failed, counts.total)}};
}

OrderedValue bindings(const Participant& participant) {
  const auto binding = json::parse(*participant.binding);
  OrderedValue object = OrderedValue::object();
  if (binding) object[participant.type] = OrderedValue(*binding);
  return object;
}

}  // namespace

// A key that is absent is left unchanged by the client: whatever can be cleared is sent as null. Written with
// each message of the conversation, as message_item() is: hence without a tree of values.
std::string conversation_document(const Conversation& conversation) {
  const std::string& sid = conversation.sid;
  const std::string created = to_iso(conversation.date_created);
  std::string out;
  out.reserve(conversation.attributes.size() + kDocumentBytes);
  {
    ObjectWriter document(out);
    document.text_or_null("friendlyName", conversation.friendly_name);
    document.text_or_null("uniqueName", conversation.unique_name);
    document.text("attributes", conversation.attributes);
    document.text("createdBy", conversation.created_by);
    document.text("dateCreated", created);
    document.text("dateUpdated", to_iso(conversation.date_updated));
    document.text("messages", policy::object_name(sid, ObjectKind::messages));
    document.text("roster", policy::object_name(sid, ObjectKind::roster));
    document.text("type", conversation.is_public ? "public" : "private");
    write_state(document.member("state"), created);
    document.member("bindings") += "{}";
    write_last_message(document, conversation);
  }
  return out;
}

std::string my_conversation_item(const Conversation& conversation, const Participant& participant) {
  return own_item(conversation, "joined", participant.last_read, participant.notification_level);
}

std::string invitation_item(const Conversation& conversation) {
  return own_item(conversation, "invited", std::nullopt, "default");
}

std::string roster_item(const Participant& participant, const std::string& role_sid) {
  OrderedValue item = OrderedValue::object();
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

// Written whole every time: what an update leaves out is taken as emptied.
std::string message_item(const Message& message, const MessageDetails& details) {
  std::string out;
  out.reserve(message.body.value_or("").size() + message.attributes.size() + kDocumentBytes);
  {
    ObjectWriter item(out);
    item.text("sid", message.sid);
    item.text("author", message.author);
    item.text("memberSid", message.participant_sid);
    item.text_or_null("text", message.body);
    item.text("attributes", message.attributes);
    item.text("type", details.media.empty() ? "text" : "media");
    item.text("timestamp", to_iso(message.date_created));
    item.text("dateUpdated", to_iso(message.date_updated));
    item.text_or_null("lastUpdatedBy", message.last_updated_by);
    if (message.subject) item.text("subject", *message.subject);
    if (message.content_sid) item.text("contentSid", *message.content_sid);
    write_media(item, details.media);
    if (details.delivery.total > 0) item.member("delivery") += json::dump(delivery(details.delivery));
  }
  return out;
}

std::string value_item(const std::optional<std::string>& value) {
  return json::dump({{"value", or_null(value)}});
}

std::string reachability_item(const User& user) {
  return json::dump({{"online", user.online}, {"notifiable", user.notifiable}});
}

}  // namespace parley::chat_service::projection
