#include "chat_service/src/store/message_table.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define MESSAGE_SELECT                                                                               \
  "SELECT sid, conversation_id, message_index, author, participant_sid, body, subject, attributes, " \
  "last_updated_by, date_created, date_updated FROM messages "

std::optional<Message> first_message(Query row) {
  if (!row.next()) return std::nullopt;
  return Message{.sid = row.text(0),
                 .conversation = row.integer(1),
                 .index = row.integer(2),
                 .author = row.text(3),
                 .participant_sid = row.text(4),
                 .body = row.optional_text(5),
                 .subject = row.optional_text(6),
                 .attributes = row.text(7),
                 .last_updated_by = row.optional_text(8),
                 .date_created = row.integer(9),
                 .date_updated = row.integer(10)};
}

}  // namespace

std::optional<Message> MessageTable::find(Id conversation, std::string_view sid) {
  return first_message(
      database_.query(MESSAGE_SELECT "WHERE sid = ?2 AND conversation_id = ?1", conversation, sid));
}

std::optional<Message> MessageTable::newest(Id conversation) {
  return first_message(database_.query(
      MESSAGE_SELECT "WHERE conversation_id = ? ORDER BY message_index DESC LIMIT 1", conversation));
}

std::int64_t MessageTable::count_after(Id conversation, std::int64_t index, std::int64_t next_index) {
  auto row =
      database_.query("SELECT COUNT(*) FROM message_holes WHERE conversation_id = ? AND message_index > ?",
                      conversation, index);
  const std::int64_t holes = row.next() ? row.integer(0) : 0;
  return next_index - 1 - index - holes;
}

void MessageTable::insert(const Message& message) {
  database_.run(
      "INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, body, subject, "
      "attributes, date_created, date_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      message.conversation, message.index, message.sid, message.author, message.participant_sid, message.body,
      message.subject, message.attributes, message.date_created, message.date_updated);
}

void MessageTable::update(const Message& message) {
  database_.run(
      "UPDATE messages SET body = ?3, subject = ?4, attributes = ?5, last_updated_by = ?6, date_updated = ?7 "
      "WHERE conversation_id = ?1 AND message_index = ?2",
      message.conversation, message.index, message.body, message.subject, message.attributes,
      message.last_updated_by, message.date_updated);
}

void MessageTable::remove(const Message& message) {
  database_.run("DELETE FROM messages WHERE conversation_id = ? AND message_index = ?", message.conversation,
                message.index);
  database_.run("INSERT INTO message_holes(conversation_id, message_index) VALUES(?, ?)",
                message.conversation, message.index);
}

}  // namespace parley::chat_service
