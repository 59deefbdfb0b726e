#pragma once
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/scope.hpp"

/// Invitations of the legacy client. Who is invited may look inside, like a participant, until it joins
/// (which ends the invitation, see participants::add()) or declines.
namespace parley::chat_service::invitations {

/// Inviting somebody again changes nothing. Errors: 403, also by contact.hpp; 409 for a
/// participant; 403 if too many are invited.
Result<Invitation> invite(Scope& scope, const conversations::Seen& seen, const std::string& identity);
/// 404 if there is none.
Result<Invitation> find(Scope& scope, const conversations::Seen& seen, std::string_view identity);
/// Declines one's own, or withdraws somebody else's: by whoever may manage others, or made it.
Result<void> remove(Scope& scope, const conversations::Seen& seen, const Invitation& invitation);

}  // namespace parley::chat_service::invitations
