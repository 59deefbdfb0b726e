#include "chat_service/src/routes/resource.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/json_values.hpp"
#include "chat_service/src/domain/participants.hpp"
#include "chat_service/src/domain/users.hpp"
#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/json_writer.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::resource {
namespace {

using json::ObjectWriter;
using json::OrderedValue;
using policy::ObjectKind;

constexpr std::size_t kResourceFrameBytes = 2048;  // SIDs, dates and many links, beside what users wrote

// What was stored was JSON; imported rows may hold JSON that is no object.
std::string_view object_of(std::string_view text) { return text.starts_with('{') ? text : "{}"; }

void add_dates(OrderedValue& object, Millis created, Millis updated) {
  object["date_created"] = to_iso(created);
  object["date_updated"] = to_iso(updated);
}

void add_dates(ObjectWriter& object, Millis created, Millis updated) {
  object.text("date_created", to_iso(created));
  object.text("date_updated", to_iso(updated));
}

OrderedValue sync_objects_of(const std::string& sid) {
  return {{"conversation", policy::object_name(sid, ObjectKind::document)},
          {"participants", policy::object_name(sid, ObjectKind::roster)},
          {"messages", policy::object_name(sid, ObjectKind::messages)}};
}

// As text within JSON every character may be escaped.
std::size_t encoded_bytes(const Conversation& it) {
  return 2 * (it.attributes.size() + it.friendly_name.value_or("").size() +
              it.unique_name.value_or("").size()) +
         kResourceFrameBytes;
}

std::size_t encoded_bytes(const Chatter& it) {
  return 2 * (it.user.attributes.size() + it.user.friendly_name.value_or("").size() +
              3 * it.user.identity.size()) +
         kResourceFrameBytes;
}

template <class T>
std::size_t count_fitting(const std::vector<T>& rows, std::size_t most) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < std::min(rows.size(), most)) {
    bytes += encoded_bytes(rows[count]);
    if (count > 0 && bytes > limits::kPageBytes) break;
    ++count;
  }
  return count;
}

const char* status_of(const conversations::Seen& seen) {
  if (seen.participant) return "joined";
  return seen.relation.invited ? "invited" : "notParticipating";
}

OrderedValue media_of(const std::vector<Medium>& media) {
  if (media.empty()) return nullptr;
  OrderedValue array = OrderedValue::array();
  for (const Medium& one : media)
    array.push_back({{"sid", one.sid},
                     {"category", one.category},
                     {"filename", or_null(one.filename)},
                     {"content_type", one.content_type},
                     {"size", one.size}});
  return array;
}

// As in the conversation's document: a list of conversations says where each one ends.
OrderedValue last_message(const Conversation& conversation) {
  if (!conversation.last_message_index) return nullptr;
  return {{"index", *conversation.last_message_index}, {"timestamp", to_iso(conversation.last_message_date)}};
}

std::string_view type_name(sync::ObjectType type) { return sync::to_string(type); }

}  // namespace

OrderedValue conversation(Scope& scope, const conversations::Seen& seen) {
  const Conversation& it = seen.conversation;
  const std::string url = scope.links.conversation(it.sid);
  OrderedValue object{{"sid", it.sid},
                      {"account_sid", scope.account_sid()},
                      {"chat_service_sid", scope.service_sid()},
                      {"friendly_name", or_null(it.friendly_name)},
                      {"unique_name", or_null(it.unique_name)},
                      {"attributes", it.attributes},
                      {"created_by", it.created_by},
                      {"state", "active"},
                      {"type", it.is_public ? "public" : "private"}};
  add_dates(object, it.date_created, it.date_updated);
  object["status"] = status_of(seen);
  if (seen.participant) {
    object["notification_level"] = seen.participant->notification_level;
    object["last_read_message_index"] = or_null(seen.participant->last_read);
    object["last_consumed_message_index"] = or_null(seen.participant->last_read);
  }
  object["messages_count"] = it.messages_count;
  object["participants_count"] = it.participants_count;
  object["members_count"] = it.participants_count;
  object["sync_objects"] = sync_objects_of(it.sid);
  object["url"] = url;
  object["links"] = {{"participants", url + "/Participants"},
                     {"messages", url + "/Messages"},
                     {"invites", url + "/Invites"}};
  return object;
}

OrderedValue my_conversation(Scope& scope, const conversations::Seen& seen) {
  OrderedValue object = conversation(scope, seen);
  object["url"] = scope.links.my_conversation(scope.caller.sid, seen.conversation.sid);
  object["conversation_sid"] = seen.conversation.sid;
  object["participant_sid"] = seen.participant ? OrderedValue(seen.participant->sid) : OrderedValue(nullptr);
  object["unread_messages_count"] =
      or_null(participants::unread_count(scope, seen.conversation, seen.participant));
  if (!seen.participant) object["last_read_message_index"] = object["last_consumed_message_index"] = nullptr;
  object["last_message"] = last_message(seen.conversation);
  return object;
}

OrderedValue binding(const Participant& participant) {
  if (!participant.binding) return nullptr;
  const auto binding = json::parse(*participant.binding);
  return binding ? OrderedValue(*binding) : OrderedValue::object();
}

OrderedValue participant(Scope& scope, const Conversation& conversation, const Participant& participant) {
  OrderedValue object{
      {"sid", participant.sid},
      {"conversation_sid", conversation.sid},
      {"identity", participant.user ? OrderedValue(participant.identity) : OrderedValue(nullptr)},
      {"attributes", participant.attributes},
      {"role_sid", policy::role_sid(scope.service_sid(), participant.role)}};
  add_dates(object, participant.date_created, participant.date_updated);
  object["messaging_binding"] = binding(participant);
  object["last_read_message_index"] = or_null(participant.last_read);
  object["last_read_timestamp"] = date_or_null(participant.last_read_date);
  object["url"] = scope.links.participant(conversation.sid, participant.sid);
  return object;
}

// Answers each message that is sent: hence without a tree of values.
std::string message(Scope& scope, const Conversation& conversation, const Message& message,
                    const std::vector<Medium>& media) {
  std::string out;
  out.reserve(kResourceFrameBytes + message.attributes.size() + (message.body ? message.body->size() : 0));
  {
    ObjectWriter object(out);
    object.text("sid", message.sid);
    object.number("index", message.index);
    object.text("conversation_sid", conversation.sid);
    object.text("author", message.author);
    object.text("participant_sid", message.participant_sid);
    object.text_or_null("body", message.body);
    object.text("attributes", message.attributes);
    object.text_or_null("subject", message.subject);
    object.text_or_null("content_sid", message.content_sid);
    object.text_or_null("content_variables", message.content_variables);
    object.member("media") += json::dump(media_of(media));
    object.text("date_created", to_iso(message.date_created));
    object.text("date_updated", to_iso(message.date_updated));
    object.text_or_null("last_updated_by", message.last_updated_by);
    object.text("url", scope.links.message(conversation.sid, message.sid));
  }
  return out;
}

OrderedValue receipt(const Conversation& conversation, const Receipt& receipt) {
  OrderedValue object{{"sid", receipt.sid},
                      {"message_sid", receipt.message_sid},
                      {"conversation_sid", conversation.sid},
                      {"channel_message_sid", or_null(receipt.channel_message_sid)},
                      {"participant_sid", receipt.participant_sid},
                      {"status", receipt.status},
                      {"error_code", receipt.error_code}};
  add_dates(object, receipt.date_created, receipt.date_updated);
  return object;
}

OrderedValue invitation(Scope& scope, const Conversation& conversation, const Invitation& invitation) {
  // Named by whom it is for: there is one of them at a time.
  const std::string name = conversation.sid + ":" + invitation.identity;
  OrderedValue object{{"sid", "IN" + hex_encode(as_bytes(sha256(name).substr(0, 16)))},
                      {"conversation_sid", conversation.sid},
                      {"identity", invitation.identity},
                      {"created_by", invitation.created_by}};
  add_dates(object, invitation.date_created, invitation.date_created);
  object["url"] = scope.links.invitation(conversation.sid, invitation.identity);
  return object;
}

OrderedValue block(Scope& scope, const User& user, const Block& block) {
  return {{"identity", block.identity},
          {"date_created", to_iso(block.date_created)},
          {"url", scope.links.block(user.identity, block.identity)}};
}

OrderedValue user(Scope& scope, const User& user) {
  OrderedValue object{{"sid", user.sid},
                      {"identity", user.identity},
                      {"friendly_name", or_null(user.friendly_name)},
                      {"attributes", user.attributes},
                      {"account_sid", scope.account_sid()},
                      {"chat_service_sid", scope.service_sid()},
                      {"is_online", user.online},
                      {"is_notifiable", user.notifiable}};
  add_dates(object, user.date_created, user.date_updated);
  object["url"] = scope.links.user(user.identity);
  // The legacy client reads the name in the first place, the other in the second.
  object["sync_unique_name"] = users::info_map_name(user);
  object["sync_objects"] = {{"user_info_map", users::info_map_name(user)}};
  return object;
}

void write_sync_object(ObjectWriter& out, Scope& scope, const SyncObject& object) {
  const std::string url = scope.links.sync_object(object.type, object.sid);
  out.text("sid", object.sid);
  out.text("unique_name", object.unique_name);
  out.text("account_sid", scope.account_sid());
  out.text("service_sid", scope.service_sid());
  out.text("url", url);
  out.text("revision", changes::revision_text(object.revision));
  out.number("last_event_id", object.last_event_id);
  add_dates(out, object.date_created, object.date_updated);
  out.null("date_expires");
  out.text("created_by", "system");
  out.text("type", type_name(object.type));
  if (object.type == sync::ObjectType::document)
    out.member("data") += object_of(object.data);
  else
    ObjectWriter(out.member("links")).text("items", url + "/Items");
}

void write_sync_item(ObjectWriter& out, Scope& scope, const SyncObject& object, const SyncItem& item) {
  const std::string key = changes::key_text(item.key);
  out.member("data") += object_of(item.data);
  out.text("revision", changes::revision_text(item.revision));
  out.number("last_event_id", item.last_event_id);
  out.text("url", scope.links.sync_item(object.type, object.sid, key));
  out.text("account_sid", scope.account_sid());
  out.text("service_sid", scope.service_sid());
  add_dates(out, item.date_created, item.date_updated);
  out.null("date_expires");
  out.text("created_by", "system");
  if (object.type == sync::ObjectType::list) {
    out.text("list_sid", object.sid);
    out.number("index", std::get<std::int64_t>(item.key));
  } else {
    out.text("map_sid", object.sid);
    out.text("key", key);
  }
}

std::size_t fit_on_page(const std::vector<SyncItem>& items, std::size_t most) {
  return count_fitting(items, most);
}

std::size_t fit_on_page(const std::vector<Conversation>& conversations, std::size_t most) {
  return count_fitting(conversations, most);
}

std::size_t fit_on_page(const std::vector<Chatter>& chatters, std::size_t most) {
  return count_fitting(chatters, most);
}

}  // namespace parley::chat_service::resource
