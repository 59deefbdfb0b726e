#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Who may do what, in one place. Everything here is a decision on plain facts; nothing is looked up.
namespace parley::chat_service::policy {

/// What a user is to a conversation.
struct Relation {
  bool creator = false;
  bool participant = false;
  bool is_public = false;

  bool insider() const { return creator || participant; }
};

/// Read the conversation's resource and document.
bool may_see(const Relation& relation);
/// Read roster and messages.
bool may_look_inside(const Relation& relation);
/// Add oneself.
bool may_join(const Relation& relation);
/// Add somebody else.
bool may_add_others(const Relation& relation);
/// Remove somebody else, or change what belongs to them.
bool may_manage_others(const Relation& relation);
/// Send messages, tell of typing.
bool may_send(const Relation& relation);
/// Change names and attributes.
bool may_update(const Relation& relation);
bool may_delete(const Relation& relation);
/// Change or remove a message; `author`: the caller wrote it.
bool may_change_message(const Relation& relation, bool author);

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
