#pragma once
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/scope.hpp"

/// Who may reach whom: beyond what somebody is to a conversation (policy::Action) it matters what the tenant
/// allows between two users, what the other one has blocked, and for whom a 1x1 conversation is.
namespace parley::chat_service::contact {

/// May the caller bring this user into a conversation? 403/50480.
Result<void> check_adding(Scope& scope, const std::string& identity);
/// May this identity ("": a participant outside of chat) be in the conversation at all? 403/50482 in a 1x1
/// conversation for whoever is not one of the two, unless an admin asks.
Result<void> check_place(const Scope& scope, const Conversation& conversation, std::string_view identity);
/// For a conversation that the caller is about to create. With the name of a pair it is private, made by one
/// of the two, who may add the other: 403/50482, 400, 403/50480.
Result<void> check_new(Scope& scope, const conversations::Fields& fields);
/// The name of a pair is given when the conversation is created, and stays; an admin may take it away.
/// 403/50482.
Result<void> check_renaming(const Scope& scope, const std::optional<std::string>& from,
                            const std::optional<std::string>& to);
/// Is this a 1x1 conversation of that user whose other identity has blocked it? Admins are not bound by
/// blocks.
bool is_blocked(Scope& scope, const Conversation& conversation, const User& user);

}  // namespace parley::chat_service::contact
