#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/options.hpp"
#include "chat_service/src/model.hpp"

/// Who may do what, in one place. Everything here is a decision on plain facts; nothing is looked up.
namespace parley::chat_service::policy {

/// What a user is to a conversation.
struct Relation {
  bool creator = false;
  bool participant = false;
  bool invited = false;
  bool is_public = false;
  bool admin = false;  ///< of the tenant
  bool edits_any_attributes = false;  ///< the tenant lets participants change those of every message
  /// The conversation is a 1x1 one whose other identity has blocked this user. Never of an admin.
  bool blocked = false;
};

enum class Action {
  see,                    ///< read the conversation's resource and document
  look_inside,            ///< read roster, messages and what belongs to them
  join,                   ///< add oneself
  add_others,             ///< add or invite somebody else, add a participant outside of chat
  manage_others,          ///< remove somebody else, change what belongs to them, withdraw their invitation
  send,                   ///< send messages, tell of typing
  update,                 ///< change names and attributes of the conversation
  remove,                 ///< delete the conversation
  change_own_message,     ///< change a message that the user wrote
  remove_own_message,     ///< or remove it
  change_others_message,  ///< change or remove a message that somebody else wrote
  change_others_attributes,  ///< change nothing of it but its attributes
};

bool allows(Action action, const Relation& relation);
/// Refused with 403: 50481 if it is the block, 50107 for participants, whose role it is that does not
/// suffice, 50430 for everybody else.
Result<void> check(Action action, const Relation& relation);

/// What the caller is to a user whom it is about to bring into a conversation.
struct Contact {
  bool admin = false;       ///< the caller is one
  bool blocked = false;     ///< the user has blocked the caller
  bool acquainted = false;  ///< they share a conversation
};
/// Refused with 403/50480, whatever the reason: a block is not told apart from the tenant's rule.
Result<void> check_adding(AddRule rule, const Contact& contact);
/// What belongs to a user (names, attributes, blocks): one's own, and an admin everybody's. Refused with
/// 403/50107.
Result<void> check_user_update(bool oneself, bool admin);

/// What a participant is shown as.
Role role_of(bool creator, bool admin);
/// Stable for a service: the same role has the same SID for ever. There are three: creator, member, admin;
/// participants outside of chat are members.
std::string role_sid(std::string_view service_sid, Role role);

/// What a Sync object shows, told by its name.
enum class ObjectKind { user_info, my_conversations, document, roster, messages };
struct ObjectName {
  ObjectKind kind;
  std::string_view owner_sid;  ///< CH... or US...
};
/// "CH....roster" and so on; nothing for any other name.
std::optional<ObjectName> parse_object_name(std::string_view unique_name);
std::string object_name(std::string_view owner_sid, ObjectKind kind);

/// Open and subscribe to an object of a conversation.
bool may_open(ObjectKind kind, const Relation& relation);

}  // namespace parley::chat_service::policy
