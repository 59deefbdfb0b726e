#include "chat_service/src/domain/users.hpp"

#include <algorithm>

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/projection.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::users {
namespace {

using policy::ObjectKind;

const ItemKey kFriendlyName = std::string("friendlyName");
const ItemKey kAttributes = std::string("attributes");
const ItemKey kReachability = std::string("reachability");

Id create_map(Scope& scope, std::string name) {
  return scope.tables.sync.create({.sid = make_sid("MP", scope.random),
                                   .service_sid = scope.service_sid(),
                                   .unique_name = std::move(name),
                                   .type = sync::ObjectType::map,
                                   .data = {}},
                                  scope.now);
}

User create(Scope& scope, const std::string& identity) {
  User user{.sid = make_sid("US", scope.random), .identity = identity, .friendly_name = identity};
  user.date_created = user.date_updated = scope.now;
  user.info_map = create_map(scope, info_map_name(user));
  user.conversations_map = create_map(scope, conversations_map_name(user));
  scope.tables.users.insert(scope.service_sid(), user);
  changes::put_item(scope, user.info_map, kFriendlyName, projection::value_item(user.friendly_name));
  changes::put_item(scope, user.info_map, kAttributes, projection::value_item(user.attributes));
  changes::put_item(scope, user.info_map, kReachability, projection::reachability_item(user));
  return user;
}

}  // namespace

std::string info_map_name(const User& user) { return policy::object_name(user.sid, ObjectKind::user_info); }

std::string conversations_map_name(const User& user) {
  return policy::object_name(user.sid, ObjectKind::my_conversations);
}

User ensure(Scope& scope, const std::string& identity) {
  if (auto user = scope.tables.users.find(scope.service_sid(), identity)) return std::move(*user);
  return create(scope, identity);
}

Result<User> find_for_update(Scope& scope, const std::string& identity) {
  const bool oneself = identity == scope.caller.identity;
  if (const auto allowed = policy::check_user_update(oneself, scope.is_admin); !allowed)
    return allowed.error();
  if (oneself) return scope.caller;
  auto user = scope.tables.users.find(scope.service_sid(), identity);
  if (!user) return errors::user_not_found();
  return std::move(*user);
}

User update(Scope& scope, User user, const Update& update) {
  const bool renamed = update.friendly_name && update.friendly_name != user.friendly_name;
  const bool changed = update.attributes && *update.attributes != user.attributes;
  if (!renamed && !changed) return user;
  if (renamed) user.friendly_name = update.friendly_name;
  if (changed) user.attributes = *update.attributes;
  user.date_updated = scope.now;
  scope.tables.users.update(user);
  if (renamed)
    changes::put_item(scope, user.info_map, kFriendlyName, projection::value_item(user.friendly_name));
  if (changed) changes::put_item(scope, user.info_map, kAttributes, projection::value_item(user.attributes));
  return user;
}

bool is_admin(const Scope& scope, std::string_view identity) {
  if (identity.empty()) return false;
  if (identity == scope.caller.identity) return scope.is_admin;
  const auto& admins = scope.tenant.admins;
  return std::find(admins.begin(), admins.end(), identity) != admins.end();
}

void set_online(Scope& scope, const std::string& identity, bool online) {
  User user = ensure(scope, identity);
  if (user.online == online) return;
  user.online = online;
  scope.tables.users.update(user);
  changes::put_item(scope, user.info_map, kReachability, projection::reachability_item(user));
}

void everybody_is_offline(Scope& scope) {
  for (const User& user : scope.tables.users.online(scope.service_sid()))
    set_online(scope, user.identity, false);
}

void refresh_reachability(Scope& scope, Id user_id) {
  const auto user = scope.tables.users.find(user_id);
  if (user) changes::put_item(scope, user->info_map, kReachability, projection::reachability_item(*user));
}

}  // namespace parley::chat_service::users
