#include "chat_service/src/domain/users.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/input.hpp"
#include "chat_service/src/resource.hpp"
#include "chat_service/src/routes/routes.hpp"

namespace parley::chat_service::routes {
namespace {

Answer answer(Scope& scope, const User& user) {
  return {.body = json::dump(resource::user(scope, user)), .resource_url = scope.links.user(user.identity)};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto user = scope.tables.users.find(scope.service_sid(), call.args[0]);
  if (!user) return errors::user_not_found();
  return answer(scope, *user);
}

Result<Answer> update(Scope& scope, const Call& call) {
  if (call.args[0] != scope.caller.identity) return errors::forbidden();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  chat_service::users::Update update;
  update.friendly_name = input::name(reader, "friendly_name");
  update.attributes = input::attributes(reader);
  if (reader.failed()) return input::refused(reader);
  return answer(scope, chat_service::users::update(scope, scope.caller, update));
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v2/Services/{service}/Users/{}", get},
    {"POST", "/Client/v2/Services/{service}/Users/{}", update},
};

}  // namespace

std::span<const Route> users() { return kRoutes; }

}  // namespace parley::chat_service::routes
