#include "chat_service/src/domain/access.hpp"

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"

namespace parley::chat_service::access {
namespace {

using policy::ObjectKind;

int not_found_code(sync::ObjectType type) {
  switch (type) {
    case sync::ObjectType::document:
      return 54100;
    case sync::ObjectType::list:
      return 54150;
    case sync::ObjectType::map:
      break;
  }
  return 54200;
}

bool may_open(Scope& scope, const SyncObject& object) {
  const auto name = policy::parse_object_name(object.unique_name);
  if (!name) return false;
  if (name->kind == ObjectKind::user_info) return true;
  if (name->kind == ObjectKind::my_conversations) return name->owner_sid == scope.caller.sid;
  const auto seen = conversations::find(scope, name->owner_sid);
  return seen && policy::may_open(name->kind, seen->relation);
}

}  // namespace

Result<SyncObject> open(Scope& scope, sync::ObjectType type, std::string_view sid_or_name) {
  auto object = scope.tables.sync.find(scope.service_sid(), sid_or_name);
  if (!object || object->type != type) return errors::sync_not_found(not_found_code(type));
  if (!may_open(scope, *object)) return errors::sync_forbidden();
  return std::move(*object);
}

bool may_watch(Scope& scope, std::string_view object_sid) {
  const auto object = scope.tables.sync.find(scope.service_sid(), object_sid);
  return object && may_open(scope, *object);
}

}  // namespace parley::chat_service::access
