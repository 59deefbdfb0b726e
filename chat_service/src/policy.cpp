#include "chat_service/src/policy.hpp"

#include <array>

#include "chat_service/src/errors.hpp"
#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"

namespace parley::chat_service::policy {
namespace {

struct Suffix {
  std::string_view text;
  ObjectKind kind;
};

constexpr std::array kSuffixes{
    Suffix{".info", ObjectKind::user_info},    Suffix{".my_conversations", ObjectKind::my_conversations},
    Suffix{".channel", ObjectKind::document},  Suffix{".roster", ObjectKind::roster},
    Suffix{".messages", ObjectKind::messages},
};

// What the SIDs are made of. They have always been these digits; a new role gets a name of its own.
std::string_view name_of(Role role) {
  switch (role) {
    case Role::creator:
      return "0";
    case Role::member:
    case Role::outsider:
      return "1";
    case Role::admin:
      return "3";
  }
  return "1";
}

// Reading goes on, and so does what takes something away: one's own message, oneself, the conversation.
bool is_stopped_by_block(Action action) {
  switch (action) {
    case Action::join:
    case Action::add_others:
    case Action::manage_others:
    case Action::send:
    case Action::update:
    case Action::change_own_message:
    case Action::change_others_message:
    case Action::change_others_attributes:
      return true;
    case Action::see:
    case Action::look_inside:
    case Action::remove:
    case Action::remove_own_message:
      return false;
  }
  return true;
}

bool role_allows(Action action, const Relation& it) {
  const bool master = it.creator || it.admin;
  switch (action) {
    case Action::see:
      return master || it.participant || it.invited || it.is_public;
    case Action::look_inside:
      return master || it.participant || it.invited;
    case Action::join:
      return master || it.participant || it.invited || it.is_public;
    case Action::add_others:
    case Action::update:
      return master || it.participant;
    case Action::manage_others:
    case Action::remove:
    case Action::change_others_message:
      return master;
    case Action::change_others_attributes:
      return master || (it.participant && it.edits_any_attributes);
    case Action::send:
      return it.participant;
    case Action::change_own_message:
    case Action::remove_own_message:
      return master || it.participant;
  }
  return false;
}

}  // namespace

bool allows(Action action, const Relation& it) {
  return role_allows(action, it) && !(it.blocked && is_stopped_by_block(action));
}

Result<void> check(Action action, const Relation& relation) {
  if (allows(action, relation)) return {};
  if (role_allows(action, relation)) return errors::blocked();
  return relation.participant ? errors::forbidden() : errors::not_a_participant();
}

Result<void> check_adding(AddRule rule, const Contact& contact) {
  if (contact.admin) return {};
  const bool allowed =
      rule == AddRule::anybody || (rule == AddRule::shared_conversation && contact.acquainted);
  if (allowed && !contact.blocked) return {};
  return errors::may_not_add();
}

Result<void> check_user_update(bool oneself, bool admin) {
  if (oneself || admin) return {};
  return errors::forbidden();
}

Role role_of(bool creator, bool admin) {
  if (creator) return Role::creator;
  return admin ? Role::admin : Role::member;
}

std::string role_sid(std::string_view service_sid, Role role) {
  const std::string name = std::string(service_sid).append(":role:").append(name_of(role));
  return "RL" + hex_encode(as_bytes(sha256(name).substr(0, 16)));
}

std::optional<ObjectName> parse_object_name(std::string_view unique_name) {
  const auto dot = unique_name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  for (const Suffix& suffix : kSuffixes)
    if (unique_name.substr(dot) == suffix.text) return ObjectName{suffix.kind, unique_name.substr(0, dot)};
  return std::nullopt;
}

std::string object_name(std::string_view owner_sid, ObjectKind kind) {
  for (const Suffix& suffix : kSuffixes)
    if (suffix.kind == kind) return std::string(owner_sid).append(suffix.text);
  return {};
}

bool may_open(ObjectKind kind, const Relation& relation) {
  return allows(kind == ObjectKind::document ? Action::see : Action::look_inside, relation);
}

}  // namespace parley::chat_service::policy
