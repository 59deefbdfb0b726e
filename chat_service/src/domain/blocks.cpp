#include "chat_service/src/domain/blocks.hpp"

#include "chat_service/src/errors.hpp"
#include "chat_service/src/limits.hpp"
#include "common/protocol/token/identity.hpp"

namespace parley::chat_service::blocks {

Result<Block> add(Scope& scope, const User& user, const std::string& identity) {
  if (const auto checked = token::check_identity(identity); !checked)
    return errors::bad_request(checked.error().message);
  if (identity == user.identity) return errors::bad_request("identity: expected somebody else's");
  const auto known = all(scope, user);
  for (const Block& block : known)
    if (block.identity == identity) return block;
  if (known.size() >= limits::kBlockedIdentities)
    return errors::bad_request("identity: expected at most " + std::to_string(limits::kBlockedIdentities) +
                               " blocked ones of one user");
  const Block block{.user = user.id, .identity = identity, .date_created = scope.now};
  scope.tables.blocks.insert(block);
  return block;
}

void remove(Scope& scope, const User& user, std::string_view identity) {
  scope.tables.blocks.remove(user.id, identity);
}

std::vector<Block> all(Scope& scope, const User& user) { return scope.tables.blocks.all(user.id); }

}  // namespace parley::chat_service::blocks
