#include "chat_service/src/store/participant_table.hpp"

#include "chat_service/src/limits.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define PARTICIPANT_SELECT                                                                           \
  "SELECT p.id, p.sid, p.conversation_id, p.user_id, u.identity, o.unique_name, p.type, p.binding, " \
  "p.attributes, p.role, p.last_read, p.last_read_date, p.notification_level, p.date_created, "      \
  "p.date_updated FROM participants p LEFT JOIN users u ON u.id = p.user_id "                        \
  "LEFT JOIN sync_objects o ON o.id = u.info_map "

Participant read_participant(const Query& row) {
  return {.id = row.integer(0),
          .sid = row.text(1),
          .conversation = row.integer(2),
          .user = row.optional_integer(3),
          .identity = row.text(4),
          .user_info = row.text(5),
          .type = row.text(6),
          .binding = row.optional_text(7),
          .attributes = row.text(8),
          .role = static_cast<Role>(row.integer(9)),
          .last_read = row.optional_integer(10),
          .last_read_date = row.optional_integer(11),
          .notification_level = row.text(12),
          .date_created = row.integer(13),
          .date_updated = row.integer(14)};
}

std::optional<Participant> first_participant(Query query) {
  if (!query.next()) return std::nullopt;
  return read_participant(query);
}

std::vector<Participant> all_participants(Query query) {
  std::vector<Participant> participants;
  while (query.next()) participants.push_back(read_participant(query));
  return participants;
}

}  // namespace

std::optional<Participant> ParticipantTable::find_by_user(Id conversation, Id user) {
  return first_participant(database_.query(PARTICIPANT_SELECT "WHERE p.conversation_id = ? AND p.user_id = ?",
                                           conversation, user));
}

std::optional<Participant> ParticipantTable::find_by_sid(Id conversation, std::string_view sid) {
  return first_participant(
      database_.query(PARTICIPANT_SELECT "WHERE p.sid = ?2 AND p.conversation_id = ?1", conversation, sid));
}

std::vector<Participant> ParticipantTable::all(Id conversation) {
  return all_participants(database_.query(PARTICIPANT_SELECT "WHERE p.conversation_id = ?", conversation));
}

std::vector<Participant> ParticipantTable::first(Id conversation, std::size_t limit) {
  return all_participants(database_.query(PARTICIPANT_SELECT "WHERE p.conversation_id = ? LIMIT ?",
                                          conversation, static_cast<std::int64_t>(limit)));
}

std::vector<Participant> ParticipantTable::page_of_chat(Id conversation, const RowWindow& window) {
#define CHAT_PAGE    \
  PARTICIPANT_SELECT \
  "WHERE p.conversation_id = ? AND p.user_id IS NOT NULL AND p.id > ? AND p.id < ? ORDER BY p.id "
  constexpr std::string_view kForwards = CHAT_PAGE "LIMIT ?";
  constexpr std::string_view kBackwards = CHAT_PAGE "DESC LIMIT ?";
  return all_participants(database_.query(window.backwards() ? kBackwards : kForwards, conversation,
                                          window.after, window.before,
                                          static_cast<std::int64_t>(window.limit)));
}

std::int64_t ParticipantTable::count_non_chat(Id conversation) {
  auto row = database_.query(
      "SELECT COUNT(*) FROM participants WHERE conversation_id = ? AND user_id IS NULL", conversation);
  return row.next() ? row.integer(0) : 0;
}

// From both sides, because one of the two may be in very many.
bool ParticipantTable::share_a_conversation(Id one, Id other) {
#define IN_NEWEST_OF(user, peer)                                                           \
  "EXISTS(SELECT 1 FROM (SELECT conversation_id FROM participants WHERE user_id = " user   \
  " ORDER BY conversation_id DESC LIMIT ?3) mine JOIN participants p ON p.user_id = " peer \
  " AND p.conversation_id = mine.conversation_id) "
  constexpr std::string_view kShared = "SELECT " IN_NEWEST_OF("?1", "?2") "OR " IN_NEWEST_OF("?2", "?1");
  auto row = database_.query(kShared, one, other, static_cast<std::int64_t>(limits::kSharedConversations));
  return row.next() && row.boolean(0);
}

std::vector<std::string> ParticipantTable::identities(Id conversation) {
  std::vector<std::string> identities;
  auto row = database_.query(
      "SELECT u.identity FROM participants p JOIN users u ON u.id = p.user_id WHERE p.conversation_id = ?",
      conversation);
  while (row.next()) identities.push_back(row.text(0));
  return identities;
}

void ParticipantTable::insert(Participant& participant) {
  database_.run(
      "INSERT INTO participants(sid, conversation_id, user_id, type, binding, attributes, role, "
      "date_created, "
      "date_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
      participant.sid, participant.conversation, participant.user, participant.type, participant.binding,
      participant.attributes, static_cast<int>(participant.role), participant.date_created,
      participant.date_updated);
  participant.id = database_.last_insert_id();
}

void ParticipantTable::update(const Participant& participant) {
  database_.run(
      "UPDATE participants SET attributes = ?2, last_read = ?3, last_read_date = ?4, notification_level = "
      "?5, "
      "date_updated = ?6 WHERE id = ?1",
      participant.id, participant.attributes, participant.last_read, participant.last_read_date,
      participant.notification_level, participant.date_updated);
}

void ParticipantTable::remove(Id participant) {
  database_.run("DELETE FROM participants WHERE id = ?", participant);
}

}  // namespace parley::chat_service
