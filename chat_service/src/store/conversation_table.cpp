#include "chat_service/src/store/conversation_table.hpp"

#include <algorithm>
#include <iterator>

namespace parley::chat_service {
namespace {

using storage::Query;

#define CONVERSATION_COLUMNS                                                                           \
  "c.id, c.sid, c.unique_name, c.friendly_name, c.attributes, c.is_public, c.created_by, c.document, " \
  "c.roster, c.list, c.next_index, c.messages_count, c.participants_count, c.last_message_index, "     \
  "c.last_message_date, c.date_created, c.date_updated, "                                              \
  "EXISTS(SELECT 1 FROM demoted_creators d WHERE d.conversation_id = c.id) "

Conversation read_conversation(const Query& row) {
  return {.id = row.integer(0),
          .sid = row.text(1),
          .unique_name = row.optional_text(2),
          .friendly_name = row.optional_text(3),
          .attributes = row.text(4),
          .is_public = row.boolean(5),
          .created_by = row.text(6),
          .creator_demoted = row.boolean(17),
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

/// Both are in the window's direction, and so is the whole.
std::vector<Conversation> merge(const std::vector<Conversation>& one, const std::vector<Conversation>& other,
                                const RowWindow& window) {
  std::vector<Conversation> both;
  std::merge(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both),
             [backwards = window.backwards()](const Conversation& first, const Conversation& second) {
               return backwards ? first.id > second.id : first.id < second.id;
             });
  if (both.size() > window.limit) both.resize(window.limit);
  return both;
}

}  // namespace

std::optional<Conversation> ConversationTable::find(Id conversation) {
  return first_conversation(database_.query(
      "SELECT " CONVERSATION_COLUMNS "FROM conversations c WHERE c.id = ? AND c.deleted = 0", conversation));
}

std::optional<Conversation> ConversationTable::find_by_sid(std::string_view service_sid,
                                                           std::string_view sid) {
  return first_conversation(
      database_.query("SELECT " CONVERSATION_COLUMNS
                      "FROM conversations c WHERE c.sid = ?2 AND c.service_sid = ?1 AND c.deleted = 0",
                      service_sid, sid));
}

std::optional<Conversation> ConversationTable::find_by_name(std::string_view service_sid,
                                                            std::string_view unique_name) {
  return first_conversation(database_.query(
      "SELECT " CONVERSATION_COLUMNS "FROM conversations c WHERE c.service_sid = ?1 AND c.unique_name = ?2",
      service_sid, unique_name));
}

std::vector<Conversation> ConversationTable::page_of_public(std::string_view service_sid,
                                                            const RowWindow& window) {
#define PUBLIC_PAGE                                                                                       \
  "SELECT " CONVERSATION_COLUMNS                                                                          \
  "FROM conversations c INDEXED BY conversations_public WHERE c.service_sid = ? AND c.is_public = 1 AND " \
  "c.id > ? AND c.id < ? ORDER BY "                                                                       \
  "c.id "
  constexpr std::string_view kForwards = PUBLIC_PAGE "LIMIT ?";
  constexpr std::string_view kBackwards = PUBLIC_PAGE "DESC LIMIT ?";
  return all_conversations(database_.query(window.backwards() ? kBackwards : kForwards, service_sid,
                                           window.after, window.before,
                                           static_cast<std::int64_t>(window.limit)));
}

// Each half is read along its index, so a page costs what is on it, however many there are.
std::vector<Conversation> ConversationTable::page_of_user(Id user, const RowWindow& window) {
#define OWN_PAGE(table, order)                                                                          \
  "SELECT " CONVERSATION_COLUMNS "FROM " table                                                          \
  " m JOIN conversations c ON c.id = m.conversation_id WHERE m.user_id = ? AND "                        \
  "m.conversation_id > ? AND m.conversation_id < ? AND c.deleted = 0 ORDER BY m.conversation_id " order \
  " LIMIT ?"
  const auto read = [&](std::string_view sql) {
    return all_conversations(
        database_.query(sql, user, window.after, window.before, static_cast<std::int64_t>(window.limit)));
  };
  const bool backwards = window.backwards();
  const auto joined = read(backwards ? OWN_PAGE("participants", "DESC") : OWN_PAGE("participants", "ASC"));
  const auto invited = read(backwards ? OWN_PAGE("invitations", "DESC") : OWN_PAGE("invitations", "ASC"));
  return merge(joined, invited, window);
}

std::vector<Conversation> ConversationTable::page_of_user_or_creator(std::string_view service_sid,
                                                                     const User& user,
                                                                     const RowWindow& window) {
  const auto own = page_of_user(user.id, window);
  // Nothing beyond the last of a full page is on it, so what is skipped is little.
  RowWindow rest = window;
  if (own.size() == window.limit) (window.backwards() ? rest.after : rest.before) = own.back().id;
#define CREATED_PAGE                                                                                       \
  "SELECT " CONVERSATION_COLUMNS                                                                           \
  "FROM conversations c INDEXED BY conversations_by_creator WHERE c.service_sid = ? AND c.created_by = ? " \
  "AND c.id > ? AND c.id < ? AND c.deleted = 0 "                                                           \
  "AND NOT EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = c.id AND p.user_id = ?5) "       \
  "AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.conversation_id = c.id AND i.user_id = ?5) "        \
  "AND NOT EXISTS (SELECT 1 FROM demoted_creators d WHERE d.conversation_id = c.id) ORDER BY c.id "
  constexpr std::string_view kForwards = CREATED_PAGE "LIMIT ?";
  constexpr std::string_view kBackwards = CREATED_PAGE "DESC LIMIT ?";
  const auto created = all_conversations(database_.query(window.backwards() ? kBackwards : kForwards,
                                                         service_sid, user.identity, rest.after, rest.before,
                                                         user.id, static_cast<std::int64_t>(window.limit)));
  return merge(own, created, window);
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

void ConversationTable::demote_creator(Id conversation) {
  database_.run("INSERT OR IGNORE INTO demoted_creators(conversation_id) VALUES(?)", conversation);
}

// Without a name and private, it is in no index that somebody else reads along.
void ConversationTable::remove(const Conversation& conversation) {
  database_.run("UPDATE conversations SET deleted = 1, unique_name = NULL, is_public = 0 WHERE id = ?",
                conversation.id);
  database_.run("UPDATE sync_objects SET deleted = 1 WHERE id IN (?, ?, ?)", conversation.document,
                conversation.roster, conversation.list);
}

}  // namespace parley::chat_service
