#include "chat_service/src/store/conversation_table.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define CONVERSATION_COLUMNS                                                                           \
  "c.id, c.sid, c.unique_name, c.friendly_name, c.attributes, c.is_public, c.created_by, c.document, " \
  "c.roster, c.list, c.next_index, c.messages_count, c.participants_count, c.last_message_index, "     \
  "c.last_message_date, c.date_created, c.date_updated "

Conversation read_conversation(const Query& row) {
  return {.id = row.integer(0),
          .sid = row.text(1),
          .unique_name = row.optional_text(2),
          .friendly_name = row.optional_text(3),
          .attributes = row.text(4),
          .is_public = row.boolean(5),
          .created_by = row.text(6),
          .document = row.integer(7),
          .roster = row.integer(8),
          .list = row.integer(9),
          .next_index = row.integer(10),
          .messages_count = row.integer(11),
          .participants_count = row.integer(12),
          .last_message_index = row.optional_integer(13),
          .last_message_date = row.integer(14),
          .date_created = row.integer(15),
          .date_updated = row.integer(16)};
}

std::optional<Conversation> first_conversation(Query query) {
  if (!query.next()) return std::nullopt;
  return read_conversation(query);
}

std::vector<Conversation> all_conversations(Query query) {
  std::vector<Conversation> conversations;
  while (query.next()) conversations.push_back(read_conversation(query));
  return conversations;
}

}  // namespace

std::optional<Conversation> ConversationTable::find(Id conversation) {
  return first_conversation(
      database_.query("SELECT " CONVERSATION_COLUMNS "FROM conversations c WHERE c.id = ?", conversation));
}

std::optional<Conversation> ConversationTable::find_by_sid(std::string_view service_sid,
                                                           std::string_view sid) {
  return first_conversation(database_.query("SELECT " CONVERSATION_COLUMNS
                                            "FROM conversations c WHERE c.sid = ?2 AND c.service_sid = ?1",
                                            service_sid, sid));
}

std::optional<Conversation> ConversationTable::find_by_name(std::string_view service_sid,
                                                            std::string_view unique_name) {
  return first_conversation(database_.query(
      "SELECT " CONVERSATION_COLUMNS "FROM conversations c WHERE c.service_sid = ?1 AND c.unique_name = ?2",
      service_sid, unique_name));
}

std::vector<Conversation> ConversationTable::public_after(std::string_view service_sid, Id after,
                                                          std::size_t limit) {
  return all_conversations(database_.query(
      "SELECT " CONVERSATION_COLUMNS
      "FROM conversations c WHERE c.service_sid = ? AND c.is_public = 1 AND c.id > ? ORDER BY c.id LIMIT ?",
      service_sid, after, static_cast<std::int64_t>(limit)));
}

std::vector<Conversation> ConversationTable::of_user_after(Id user, Id after, std::size_t limit) {
  return all_conversations(
      database_.query("SELECT " CONVERSATION_COLUMNS
                      "FROM participants p JOIN conversations c ON c.id = p.conversation_id "
                      "WHERE p.user_id = ? AND p.conversation_id > ? ORDER BY p.conversation_id LIMIT ?",
                      user, after, static_cast<std::int64_t>(limit)));
}

void ConversationTable::insert(std::string_view service_sid, Conversation& conversation) {
  database_.run(
      "INSERT INTO conversations(sid, service_sid, unique_name, friendly_name, attributes, is_public, "
      "created_by, document, roster, list, date_created, date_updated) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      conversation.sid, service_sid, conversation.unique_name, conversation.friendly_name,
      conversation.attributes, conversation.is_public, conversation.created_by, conversation.document,
      conversation.roster, conversation.list, conversation.date_created, conversation.date_updated);
  conversation.id = database_.last_insert_id();
}

void ConversationTable::update(const Conversation& conversation) {
  database_.run(
      "UPDATE conversations SET unique_name = ?2, friendly_name = ?3, attributes = ?4, next_index = ?5, "
      "messages_count = ?6, participants_count = ?7, last_message_index = ?8, last_message_date = ?9, "
      "date_updated = ?10 WHERE id = ?1",
      conversation.id, conversation.unique_name, conversation.friendly_name, conversation.attributes,
      conversation.next_index, conversation.messages_count, conversation.participants_count,
      conversation.last_message_index, conversation.last_message_date, conversation.date_updated);
}

void ConversationTable::remove(Id conversation) {
  database_.run("DELETE FROM conversations WHERE id = ?", conversation);
}

}  // namespace parley::chat_service
