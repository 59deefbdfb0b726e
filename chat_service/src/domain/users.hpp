#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/scope.hpp"

/// Users: everybody who ever connected or was added somewhere.
namespace parley::chat_service::users {

/// Finds or creates. The identity must have passed token::check_identity().
User ensure(Scope& scope, const std::string& identity);

struct Update {
  std::optional<std::string> friendly_name{};
  std::optional<std::string> attributes{};
};
User update(Scope& scope, User user, const Update& update);
/// Whose names, attributes and blocks the caller may change: its own, and an admin everybody's. 403 else; 404
/// if there is no such user.
Result<User> find_for_update(Scope& scope, const std::string& identity);

/// Of the tenant: as the caller's token says, everybody else as the configuration names them.
bool is_admin(const Scope& scope, std::string_view identity);

void set_online(Scope& scope, const std::string& identity, bool online);
/// After a restart nobody is connected, whatever the store remembers.
void everybody_is_offline(Scope& scope);
/// Tells the watchers of the user's map after push registrations changed.
void refresh_reachability(Scope& scope, Id user);

std::string info_map_name(const User& user);
std::string conversations_map_name(const User& user);

}  // namespace parley::chat_service::users
