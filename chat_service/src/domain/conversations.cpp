#include "chat_service/src/domain/conversations.hpp"

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/contact.hpp"
#include "chat_service/src/domain/participants.hpp"
#include "chat_service/src/domain/projection.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::conversations {
namespace {

using policy::ObjectKind;

/// Of a conversation that is removed, in the request that does it.
constexpr std::size_t kDismissedAtOnce = 100;

struct ObjectSpec {
  const char* sid_prefix;
  ObjectKind kind;
  sync::ObjectType type;
};

Id create_object(Scope& scope, const Conversation& conversation, const ObjectSpec& spec) {
  return scope.tables.sync.create(
      {.sid = make_sid(spec.sid_prefix, scope.random),
       .service_sid = scope.service_sid(),
       .unique_name = policy::object_name(conversation.sid, spec.kind),
       .type = spec.type,
       .data = spec.kind == ObjectKind::document ? projection::conversation_document(conversation) : ""},
      scope.now);
}

bool name_taken(Scope& scope, const std::optional<std::string>& name) {
  return name && scope.tables.conversations.find_by_name(scope.service_sid(), *name);
}

policy::Relation relate(Scope& scope, const Conversation& conversation, const User& user, bool participant) {
  return {.creator = is_creator(conversation, user.identity),
          .participant = participant,
          .invited = !participant && scope.tables.invitations.find(conversation.id, user.id).has_value(),
          .is_public = conversation.is_public && scope.tenant.public_channels,
          .admin = users::is_admin(scope, user.identity),
          .edits_any_attributes = scope.tenant.edit_any_message_attributes,
          .blocked = contact::is_blocked(scope, conversation, user)};
}

std::optional<std::string> nothing_if_empty(const std::optional<std::string>& text) {
  return text && text->empty() ? std::nullopt : text;
}

}  // namespace

// Nobody has no identity, and is nobody's creator.
bool is_creator(const Conversation& conversation, std::string_view identity) {
  return !identity.empty() && !conversation.creator_demoted && conversation.created_by == identity;
}

Seen look_at(Scope& scope, Conversation conversation) {
  Seen seen;
  seen.participant = scope.tables.participants.find_by_user(conversation.id, scope.caller.id);
  seen.relation = relate(scope, conversation, scope.caller, seen.participant.has_value());
  seen.conversation = std::move(conversation);
  return seen;
}

policy::Relation relation_of(Scope& scope, const Conversation& conversation, const User& user) {
  const bool participant = scope.tables.participants.find_by_user(conversation.id, user.id).has_value();
  return relate(scope, conversation, user, participant);
}

Result<Seen> find(Scope& scope, std::string_view sid_or_name) {
  auto& table = scope.tables.conversations;
  auto found = is_sid(sid_or_name, "CH") ? table.find_by_sid(scope.service_sid(), sid_or_name)
                                         : table.find_by_name(scope.service_sid(), sid_or_name);
  if (!found) return errors::conversation_not_found();
  return look_at(scope, std::move(*found));
}

Result<Seen> find_allowed(Scope& scope, std::string_view sid_or_name, policy::Action action) {
  auto seen = find(scope, sid_or_name);
  if (!seen) return seen;
  if (const auto allowed = policy::check(action, seen->relation); !allowed) return allowed.error();
  return seen;
}

Result<Seen> find_visible(Scope& scope, std::string_view sid_or_name) {
  return find_allowed(scope, sid_or_name, policy::Action::see);
}

Result<Seen> find_inside(Scope& scope, std::string_view sid_or_name) {
  return find_allowed(scope, sid_or_name, policy::Action::look_inside);
}

Result<Conversation> create(Scope& scope, const Fields& fields) {
  Conversation conversation{.sid = make_sid("CH", scope.random),
                            .unique_name = nothing_if_empty(fields.unique_name),
                            .friendly_name = fields.friendly_name,
                            .attributes = fields.attributes.value_or("{}"),
                            .is_public = fields.is_public,
                            .created_by = scope.caller.identity};
  if (const auto possible = contact::check_new(scope, fields); !possible) return possible.error();
  if (name_taken(scope, conversation.unique_name)) return errors::unique_name_taken();
  conversation.date_created = conversation.date_updated = scope.now;
  using sync::ObjectType;
  conversation.document =
      create_object(scope, conversation, {"ET", ObjectKind::document, ObjectType::document});
  conversation.roster = create_object(scope, conversation, {"MP", ObjectKind::roster, ObjectType::map});
  conversation.list = create_object(scope, conversation, {"ES", ObjectKind::messages, ObjectType::list});
  scope.tables.conversations.insert(scope.service_sid(), conversation);
  return conversation;
}

Result<Conversation> update(Scope& scope, Seen seen, const Fields& fields) {
  if (const auto allowed = policy::check(policy::Action::update, seen.relation); !allowed)
    return allowed.error();
  Conversation changed = seen.conversation;
  if (fields.friendly_name) changed.friendly_name = fields.friendly_name;
  if (fields.attributes) changed.attributes = *fields.attributes;
  if (fields.unique_name) changed.unique_name = nothing_if_empty(fields.unique_name);
  const bool renamed = changed.unique_name != seen.conversation.unique_name;
  if (renamed)
    if (const auto possible =
            contact::check_renaming(scope, seen.conversation.unique_name, changed.unique_name);
        !possible)
      return possible.error();
  if (renamed && name_taken(scope, changed.unique_name)) return errors::unique_name_taken();
  changed.date_updated = scope.now;
  save(scope, changed);
  return changed;
}

void save(Scope& scope, Conversation& conversation) {
  scope.tables.conversations.update(conversation);
  changes::put_document(scope, conversation.document, projection::conversation_document(conversation));
}

// Its rows and its members may be very many: what is not done here is left to Erasure.
Result<void> remove(Scope& scope, const Seen& seen) {
  if (const auto allowed = policy::check(policy::Action::remove, seen.relation); !allowed)
    return allowed.error();
  scope.tables.conversations.remove(seen.conversation);
  dismiss(scope, seen.conversation, kDismissedAtOnce);
  scope.erases = true;
  return {};
}

// Each loses the entry in its own list and the right to watch; whoever still watches then (a creator who
// never joined, visitors of a public channel) is told that the objects are gone.
std::size_t dismiss(Scope& scope, const Conversation& conversation, std::size_t limit) {
  std::size_t dismissed = 0;
  for (const Participant& participant : scope.tables.participants.first(conversation.id, limit)) {
    if (participant.user)
      participants::cut_off(scope, conversation, *participant.user, participants::Access::none);
    scope.tables.participants.remove(participant.id);
    ++dismissed;
  }
  for (const Invitation& invitation : scope.tables.invitations.first(conversation.id, limit - dismissed)) {
    participants::cut_off(scope, conversation, invitation.user, participants::Access::none);
    scope.tables.invitations.remove(conversation.id, invitation.user);
    ++dismissed;
  }
  if (has_anybody(scope, conversation)) return dismissed;
  changes::remove_object(scope, conversation.document);
  changes::remove_object(scope, conversation.roster);
  changes::remove_object(scope, conversation.list);
  return dismissed;
}

bool has_anybody(Scope& scope, const Conversation& conversation) {
  return !scope.tables.participants.first(conversation.id, 1).empty() ||
         !scope.tables.invitations.first(conversation.id, 1).empty();
}

}  // namespace parley::chat_service::conversations
