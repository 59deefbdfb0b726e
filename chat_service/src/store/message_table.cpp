#include "chat_service/src/store/message_table.hpp"

#include <algorithm>

#include "chat_service/src/limits.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define MESSAGE_SELECT                                                                               \
  "SELECT sid, conversation_id, message_index, author, participant_sid, body, subject, attributes, " \
  "last_updated_by, has_media, content_sid, content_variables, date_created, date_updated "          \
  "FROM messages "

Message read_message(const Query& row) {
  return {.sid = row.text(0),
          .conversation = row.integer(1),
          .index = row.integer(2),
          .author = row.text(3),
          .participant_sid = row.text(4),
          .body = row.optional_text(5),
          .subject = row.optional_text(6),
          .attributes = row.text(7),
          .last_updated_by = row.optional_text(8),
          .has_media = row.boolean(9),
          .content_sid = row.optional_text(10),
          .content_variables = row.optional_text(11),
          .date_created = row.integer(12),
          .date_updated = row.integer(13)};
}

std::optional<Message> first_message(Query row) {
  if (!row.next()) return std::nullopt;
  return read_message(row);
}

std::size_t size_of_text(const std::optional<std::string>& text) { return text ? text->size() : 0; }

}  // namespace

std::int64_t size_of(const Message& message) {
  return static_cast<std::int64_t>(limits::kMessageOverheadBytes + size_of_text(message.body) +
                                   size_of_text(message.subject) + message.attributes.size() +
                                   size_of_text(message.content_variables));
}

std::optional<Message> MessageTable::find(Id conversation, std::string_view sid) {
  return first_message(
      database_.query(MESSAGE_SELECT "WHERE sid = ?2 AND conversation_id = ?1", conversation, sid));
}

std::optional<std::string> MessageTable::sid_of(Id conversation, std::int64_t index) {
  auto row = database_.query("SELECT sid FROM messages WHERE conversation_id = ? AND message_index = ?",
                             conversation, index);
  if (!row.next()) return std::nullopt;
  return row.text(0);
}

std::optional<Message> MessageTable::newest(Id conversation) {
  return first_message(database_.query(
      MESSAGE_SELECT "WHERE conversation_id = ? ORDER BY message_index DESC LIMIT 1", conversation));
}

std::vector<Message> MessageTable::oldest(Id conversation, std::size_t limit) {
  std::vector<Message> messages;
  auto row = database_.query(MESSAGE_SELECT "WHERE conversation_id = ? ORDER BY message_index LIMIT ?",
                             conversation, static_cast<std::int64_t>(limit));
  while (row.next()) messages.push_back(read_message(row));
  return messages;
}

std::int64_t MessageTable::count_after(Id conversation, std::int64_t index, std::int64_t next_index) {
  // Nothing exists below the oldest, however many holes: they need not be counted.
  auto oldest =
      database_.query("SELECT MIN(message_index) FROM messages WHERE conversation_id = ?", conversation);
  if (!oldest.next() || oldest.is_null(0)) return 0;
  const std::int64_t from = std::max(index, oldest.integer(0) - 1);
  const std::int64_t block = (from + 1) / kHoleBlock;
  auto row = database_.query(
      "SELECT (SELECT COUNT(*) FROM message_holes WHERE conversation_id = ?1 AND message_index > ?2 "
      "AND message_index < ?4) + ifnull((SELECT SUM(holes) FROM message_hole_counts "
      "WHERE conversation_id = ?1 AND block > ?3), 0)",
      conversation, from, block, (block + 1) * kHoleBlock);
  const std::int64_t holes = row.next() ? row.integer(0) : 0;
  return next_index - 1 - from - holes;
}

std::int64_t MessageTable::bytes_of(Id user) {
  auto row = database_.query("SELECT bytes FROM message_usage WHERE user_id = ?", user);
  return row.next() ? row.integer(0) : 0;
}

void MessageTable::count_bytes(Id user, std::int64_t bytes) {
  database_.run(
      "INSERT INTO message_usage(user_id, bytes) VALUES(?1, ?2) "
      "ON CONFLICT(user_id) DO UPDATE SET bytes = bytes + ?2",
      user, bytes);
}

void MessageTable::insert(const Message& message) {
  database_.run(
      "INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, body, subject, "
      "attributes, has_media, content_sid, content_variables, date_created, date_updated) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      message.conversation, message.index, message.sid, message.author, message.participant_sid, message.body,
      message.subject, message.attributes, message.has_media, message.content_sid, message.content_variables,
      message.date_created, message.date_updated);
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

std::vector<OldestMessage> MessageTable::oldest_dates(std::string_view service_sid, Id after,
                                                      std::size_t limit) {
  std::vector<OldestMessage> oldest;
  auto row = database_.query(
      "SELECT c.id, (SELECT m.date_created FROM messages m WHERE m.conversation_id = c.id "
      "ORDER BY m.message_index LIMIT 1) FROM conversations c "
      "WHERE c.service_sid = ? AND c.id > ? AND c.deleted = 0 ORDER BY c.id LIMIT ?",
      service_sid, after, static_cast<std::int64_t>(limit));
  while (row.next()) oldest.push_back({row.integer(0), row.optional_integer(1)});
  return oldest;
}

}  // namespace parley::chat_service
