#include "chat_service/src/domain/invitations.hpp"

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/contact.hpp"
#include "chat_service/src/domain/participants.hpp"
#include "chat_service/src/domain/projection.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::invitations {
namespace {

using conversations::Seen;

Result<void> check_removing(const Scope& scope, const Seen& seen, const Invitation& invitation) {
  if (invitation.user == scope.caller.id) return {};
  if (seen.relation.participant && invitation.created_by == scope.caller.identity) return {};
  return policy::check(policy::Action::manage_others, seen.relation);
}

}  // namespace

Result<Invitation> invite(Scope& scope, const Seen& seen, const std::string& identity) {
  if (const auto allowed = policy::check(policy::Action::add_others, seen.relation); !allowed)
    return allowed.error();
  if (const auto has_place = contact::check_place(scope, seen.conversation, identity); !has_place)
    return has_place.error();
  const Id conversation = seen.conversation.id;
  const auto known = scope.tables.users.find(scope.service_sid(), identity);
  if (known && scope.tables.participants.find_by_user(conversation, known->id))
    return errors::participant_exists();
  if (known)
    if (auto before = scope.tables.invitations.find(conversation, known->id)) return std::move(*before);
  if (const auto allowed = contact::check_adding(scope, identity); !allowed) return allowed.error();
  if (scope.tables.invitations.count(conversation) >= static_cast<std::int64_t>(limits::kParticipants))
    return errors::too_many_participants();
  const User user = known ? *known : users::ensure(scope, identity);
  const Invitation invitation{.conversation = conversation,
                              .user = user.id,
                              .identity = identity,
                              .created_by = scope.caller.identity,
                              .date_created = scope.now};
  scope.tables.invitations.insert(invitation);
  changes::put_item(scope, user.conversations_map, seen.conversation.sid,
                    projection::invitation_item(seen.conversation));
  return invitation;
}

Result<Invitation> find(Scope& scope, const Seen& seen, std::string_view identity) {
  const auto user = scope.tables.users.find(scope.service_sid(), identity);
  auto invitation = user ? scope.tables.invitations.find(seen.conversation.id, user->id) : std::nullopt;
  if (!invitation) return errors::participant_not_found();
  return std::move(*invitation);
}

Result<void> remove(Scope& scope, const Seen& seen, const Invitation& invitation) {
  if (const auto allowed = check_removing(scope, seen, invitation); !allowed) return allowed.error();
  scope.tables.invitations.remove(invitation.conversation, invitation.user);
  participants::cut_off(scope, seen.conversation, invitation.user, participants::Access::by_relation);
  return {};
}

}  // namespace parley::chat_service::invitations
