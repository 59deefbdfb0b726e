#include "chat_service/src/store/invitation_table.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define INVITATION_SELECT                                                                             \
  "SELECT i.conversation_id, i.user_id, u.identity, i.created_by, i.date_created FROM invitations i " \
  "JOIN users u ON u.id = i.user_id WHERE i.conversation_id = ?1 "

Invitation read_invitation(const Query& row) {
  return {.conversation = row.integer(0),
          .user = row.integer(1),
          .identity = row.text(2),
          .created_by = row.text(3),
          .date_created = row.integer(4)};
}

std::vector<Invitation> all_invitations(Query query) {
  std::vector<Invitation> invitations;
  while (query.next()) invitations.push_back(read_invitation(query));
  return invitations;
}

}  // namespace

std::optional<Invitation> InvitationTable::find(Id conversation, Id user) {
  auto row = database_.query(INVITATION_SELECT "AND i.user_id = ?2", conversation, user);
  if (!row.next()) return std::nullopt;
  return read_invitation(row);
}

std::vector<Invitation> InvitationTable::all(Id conversation) {
  return all_invitations(database_.query(INVITATION_SELECT "ORDER BY i.user_id", conversation));
}

std::vector<Invitation> InvitationTable::first(Id conversation, std::size_t limit) {
  return all_invitations(database_.query(INVITATION_SELECT "ORDER BY i.user_id LIMIT ?2", conversation,
                                         static_cast<std::int64_t>(limit)));
}

std::int64_t InvitationTable::count(Id conversation) {
  auto row = database_.query("SELECT COUNT(*) FROM invitations WHERE conversation_id = ?", conversation);
  return row.next() ? row.integer(0) : 0;
}

void InvitationTable::insert(const Invitation& invitation) {
  database_.run(
      "INSERT INTO invitations(conversation_id, user_id, created_by, date_created) VALUES(?, ?, ?, ?)",
      invitation.conversation, invitation.user, invitation.created_by, invitation.date_created);
}

bool InvitationTable::remove(Id conversation, Id user) {
  const bool done =
      database_.run("DELETE FROM invitations WHERE conversation_id = ? AND user_id = ?", conversation, user);
  return done && database_.changes() > 0;
}

}  // namespace parley::chat_service
