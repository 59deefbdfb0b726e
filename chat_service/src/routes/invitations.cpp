#include "chat_service/src/domain/invitations.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"

namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Seen;
namespace domain = chat_service::invitations;

Answer answer(Scope& scope, int status, const Conversation& conversation, const Invitation& invitation) {
  return {.status = status,
          .body = json::dump(resource::invitation(scope, conversation, invitation)),
          .resource_url = scope.links.invitation(conversation.sid, invitation.identity)};
}

Result<Answer> invite(Scope& scope, const Call& call) {
  const auto seen = chat_service::conversations::find_visible(scope, call.args[0]);
  if (!seen) return seen.error();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  const std::string identity = reader.string("identity");
  if (reader.failed()) return input::refused(reader);
  if (auto checked = input::identity(identity); !checked) return checked.error();
  const auto made = domain::invite(scope, *seen, identity);
  if (!made) return made.error();
  return answer(scope, 201, seen->conversation, *made);
}

struct Target {
  Seen seen;
  Invitation invitation;
};

Result<Target> find_target(Scope& scope, const Call& call) {
  auto seen = chat_service::conversations::find_inside(scope, call.args[0]);
  if (!seen) return seen.error();
  auto invitation = domain::find(scope, *seen, call.args[1]);
  if (!invitation) return invitation.error();
  return Target{std::move(*seen), std::move(*invitation)};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  return answer(scope, 200, target->seen.conversation, target->invitation);
}

Result<Answer> remove(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  const auto removed = domain::remove(scope, target->seen, target->invitation);
  if (!removed) return removed.error();
  return Answer{.status = 204};
}

constexpr Route kRoutes[] = {
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Invites", invite, Stores::something},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Invites/{}", get},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Invites/{}", remove},
};

}  // namespace

std::span<const Route> invitations() { return kRoutes; }

}  // namespace parley::chat_service::routes
