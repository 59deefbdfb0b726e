#include "chat_service/src/domain/blocks.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"

namespace parley::chat_service::routes {
namespace {

namespace domain = chat_service::blocks;
namespace users = chat_service::users;

// All of them at once: limits::kBlockedIdentities fit into a packet.
Result<Answer> list(Scope& scope, const Call& call) {
  const auto owner = users::find_for_update(scope, call.args[0]);
  if (!owner) return owner.error();
  json::OrderedValue array = json::OrderedValue::array();
  for (const Block& block : domain::all(scope, *owner))
    array.push_back(resource::block(scope, *owner, block));
  return Answer{.body = json::dump({{"blocks", std::move(array)}})};
}

Result<Answer> add(Scope& scope, const Call& call) {
  const auto owner = users::find_for_update(scope, call.args[0]);
  if (!owner) return owner.error();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  const std::string identity = reader.string("identity");
  if (reader.failed()) return input::refused(reader);
  const auto block = domain::add(scope, *owner, identity);
  if (!block) return block.error();
  return Answer{.status = 201,
                .body = json::dump(resource::block(scope, *owner, *block)),
                .resource_url = scope.links.blocks(owner->identity)};
}

Result<Answer> remove(Scope& scope, const Call& call) {
  const auto owner = users::find_for_update(scope, call.args[0]);
  if (!owner) return owner.error();
  domain::remove(scope, *owner, call.args[1]);
  return Answer{.status = 204};
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v2/Services/{service}/Users/{}/Blocks", list},
    {"POST", "/Client/v2/Services/{service}/Users/{}/Blocks", add, Stores::something},
    {"DELETE", "/Client/v2/Services/{service}/Users/{}/Blocks/{}", remove},
};

}  // namespace

std::span<const Route> blocks() { return kRoutes; }

}  // namespace parley::chat_service::routes
