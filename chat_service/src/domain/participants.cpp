#include "chat_service/src/domain/participants.hpp"

#include <algorithm>

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/contact.hpp"
#include "chat_service/src/domain/projection.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/limits.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::participants {
namespace {

using conversations::Seen;
using policy::ObjectKind;

Role role_for(const Scope& scope, const Conversation& conversation, const NewParticipant& wanted) {
  if (wanted.identity.empty()) return Role::outsider;
  return policy::role_of(conversations::is_creator(conversation, wanted.identity),
                         users::is_admin(scope, wanted.identity));
}

void show_in_roster(Scope& scope, const Conversation& conversation, const Participant& participant) {
  const std::string role = policy::role_sid(scope.service_sid(), participant.role);
  changes::put_item(scope, conversation.roster, participant.sid, projection::roster_item(participant, role));
}

void show_in_own_list(Scope& scope, const Conversation& conversation, const Participant& participant,
                      const User& user) {
  changes::put_item(scope, user.conversations_map, conversation.sid,
                    projection::my_conversation_item(conversation, participant));
}

void change_count(Scope& scope, Id conversation_id, int by) {
  auto conversation = scope.tables.conversations.find(conversation_id);
  if (!conversation) return;
  conversation->participants_count += by;
  scope.tables.conversations.update(*conversation);
}

bool binding_taken(Scope& scope, Id conversation, const std::optional<std::string>& binding) {
  if (!binding) return false;
  const auto all = scope.tables.participants.all(conversation);
  return std::any_of(all.begin(), all.end(), [&](const Participant& one) { return one.binding == binding; });
}

std::optional<Participant> find_by_identity(Scope& scope, Id conversation, std::string_view identity) {
  if (identity.empty()) return std::nullopt;
  const auto user = scope.tables.users.find(scope.service_sid(), identity);
  return user ? scope.tables.participants.find_by_user(conversation, user->id) : std::nullopt;
}

Result<void> check_new(Scope& scope, const Seen& seen, const NewParticipant& wanted) {
  const Conversation& conversation = seen.conversation;
  const bool self = wanted.identity == scope.caller.identity;
  const auto action = self ? policy::Action::join : policy::Action::add_others;
  if (const auto allowed = policy::check(action, seen.relation); !allowed) return allowed.error();
  if (const auto has_place = contact::check_place(scope, conversation, wanted.identity); !has_place)
    return has_place.error();
  if (find_by_identity(scope, conversation.id, wanted.identity)) return errors::participant_exists();
  if (binding_taken(scope, conversation.id, wanted.binding)) return errors::participant_exists();
  const auto too_many = [](std::int64_t count, std::size_t most) {
    return count >= static_cast<std::int64_t>(most);
  };
  if (too_many(conversation.participants_count, limits::kParticipants))
    return errors::too_many_participants();
  if (wanted.identity.empty() &&
      too_many(scope.tables.participants.count_non_chat(conversation.id), limits::kNonChatParticipants))
    return errors::too_many_participants();
  if (self || wanted.identity.empty()) return {};
  return contact::check_adding(scope, wanted.identity);
}

// Who leaves by itself may come back as what it was; who was removed may not.
void demote_if_creator(Scope& scope, Conversation& conversation, const Participant& removed) {
  if (removed.identity == scope.caller.identity) return;
  if (!conversations::is_creator(conversation, removed.identity)) return;
  scope.tables.conversations.demote_creator(conversation.id);
  conversation.creator_demoted = true;
}

bool is_caller(const Scope& scope, const Participant& participant) {
  return participant.user && *participant.user == scope.caller.id;
}

// One may always leave.
Result<void> check_removing(const Scope& scope, const Seen& seen, const Participant& participant) {
  if (is_caller(scope, participant)) return {};
  return policy::check(policy::Action::manage_others, seen.relation);
}

// One's own attributes one may change, unless that would be a way to tell somebody something.
Result<void> check_changing(const Scope& scope, const Seen& seen, const Participant& participant) {
  if (!is_caller(scope, participant)) return policy::check(policy::Action::manage_others, seen.relation);
  if (seen.relation.blocked) return errors::blocked();
  return {};
}

// An index beyond the last message means "all of them".
std::optional<std::int64_t> clamp(const std::optional<std::int64_t>& index,
                                  const Conversation& conversation) {
  if (!index || conversation.next_index == 0) return std::nullopt;
  return std::min(*index, conversation.next_index - 1);
}

}  // namespace

Result<Participant> add(Scope& scope, const Seen& seen, const NewParticipant& wanted) {
  const Conversation& conversation = seen.conversation;
  if (const auto possible = check_new(scope, seen, wanted); !possible) return possible.error();
  Participant participant{.sid = make_sid("MB", scope.random),
                          .conversation = conversation.id,
                          .identity = wanted.identity,
                          .type = wanted.type,
                          .binding = wanted.binding,
                          .attributes = wanted.attributes,
                          .role = role_for(scope, conversation, wanted)};
  participant.date_created = participant.date_updated = scope.now;
  std::optional<User> user;
  if (!wanted.identity.empty()) {
    user = users::ensure(scope, wanted.identity);
    participant.user = user->id;
    participant.user_info = users::info_map_name(*user);
    scope.tables.invitations.remove(conversation.id, user->id);
  }
  scope.tables.participants.insert(participant);
  change_count(scope, conversation.id, 1);
  // The roster comes first: whoever sees the conversation in its own list must find itself a member.
  show_in_roster(scope, conversation, participant);
  if (user) show_in_own_list(scope, conversation, participant, *user);
  return participant;
}

Result<Participant> find(Scope& scope, const Seen& seen, std::string_view sid_or_identity) {
  const Id conversation = seen.conversation.id;
  std::optional<Participant> found;
  if (is_sid(sid_or_identity, "MB"))
    found = scope.tables.participants.find_by_sid(conversation, sid_or_identity);
  if (!found) found = find_by_identity(scope, conversation, sid_or_identity);
  if (!found) return errors::participant_not_found();
  return std::move(*found);
}

Result<void> remove(Scope& scope, const Seen& seen, const Participant& participant) {
  if (const auto allowed = check_removing(scope, seen, participant); !allowed) return allowed.error();
  Conversation conversation = seen.conversation;
  scope.tables.participants.remove(participant.id);
  change_count(scope, conversation.id, -1);
  demote_if_creator(scope, conversation, participant);
  if (participant.user) cut_off(scope, conversation, *participant.user, Access::by_relation);
  changes::remove_item(scope, conversation.roster, participant.sid);
  return {};
}

void cut_off(Scope& scope, const Conversation& conversation, Id user_id, Access keeps) {
  const auto user = scope.tables.users.find(user_id);
  if (!user) return;
  changes::remove_item(scope, user->conversations_map, conversation.sid);
  policy::Relation relation;
  if (keeps == Access::by_relation) relation = conversations::relation_of(scope, conversation, *user);
  Revoked revoked{user->identity, {}};
  for (const auto& [kind, id] : {std::pair(ObjectKind::document, conversation.document),
                                 std::pair(ObjectKind::roster, conversation.roster),
                                 std::pair(ObjectKind::messages, conversation.list)}) {
    if (policy::may_open(kind, relation)) continue;
    if (const auto object = scope.tables.sync.find(id)) revoked.object_sids.push_back(object->sid);
  }
  if (!revoked.object_sids.empty()) scope.effects.push_back(std::move(revoked));
}

Result<Participant> update_attributes(Scope& scope, const Seen& seen, Participant participant,
                                      const std::string& attributes) {
  if (const auto allowed = check_changing(scope, seen, participant); !allowed) return allowed.error();
  participant.attributes = attributes;
  participant.date_updated = scope.now;
  scope.tables.participants.update(participant);
  show_in_roster(scope, seen.conversation, participant);
  return participant;
}

Result<Participant> update_own(Scope& scope, const Seen& seen, const OwnUpdate& update) {
  if (!seen.participant) return errors::not_a_participant();
  Participant participant = *seen.participant;
  if (update.notification_level) participant.notification_level = *update.notification_level;
  const bool level_changed = participant.notification_level != seen.participant->notification_level;
  if (update.set_last_read) participant.last_read = clamp(update.last_read, seen.conversation);
  const bool moved = participant.last_read != seen.participant->last_read;
  if (moved) participant.last_read_date = participant.date_updated = scope.now;
  if (!moved && !level_changed) return participant;
  scope.tables.participants.update(participant);
  show_in_own_list(scope, seen.conversation, participant, scope.caller);
  if (moved) show_in_roster(scope, seen.conversation, participant);
  return participant;
}

std::optional<std::int64_t> unread_count(Scope& scope, const Conversation& conversation,
                                         const std::optional<Participant>& participant) {
  if (!participant || !participant->last_read) return std::nullopt;
  return scope.tables.messages.count_after(conversation.id, *participant->last_read, conversation.next_index);
}

}  // namespace parley::chat_service::participants
