#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>

#include "chat_service/src/scope.hpp"

/// Blocks: a user does not want to hear of an identity. What that means for the other one is in contact.hpp
/// and policy.hpp.
namespace parley::chat_service::blocks {

/// Blocking somebody again changes nothing; the identity need not be known. Errors: 400 for one that nobody
/// can have, for oneself, and if too many are blocked.
Result<Block> add(Scope& scope, const User& user, const std::string& identity);
/// Harmless for somebody who is not blocked.
void remove(Scope& scope, const User& user, std::string_view identity);
/// In the order of their identities.
std::vector<Block> all(Scope& scope, const User& user);

}  // namespace parley::chat_service::blocks
