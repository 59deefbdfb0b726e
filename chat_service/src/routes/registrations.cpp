#include <nlohmann/json.hpp>

#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/limits.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service::routes {
namespace {

// Clients repeat a refused registration for ever, so whatever names a device is taken.
Result<Answer> put(Scope& scope, const Call& call) {
  if (call.request.body.size() > limits::kRegistrationBytes)
    return errors::bad_request("body: at most " + std::to_string(limits::kRegistrationBytes) + " bytes");
  auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  PushRegistration registration{.id = random_hex(scope.random, 16), .user = scope.caller.id};
  registration.channel_type = input::name(reader, "channel_type").value_or("");
  json::Reader data(reader.object("data"), "data");
  if (!reader.failed()) {
    registration.address = data.string("registration_id");
    if (data.failed()) return input::refused(data);
  }
  if (reader.failed()) return input::refused(reader);
  registration.body = json::dump(*body);
  scope.tables.registrations.put(registration, scope.now);
  scope.tables.registrations.keep_newest(registration, limits::kRegistrations);
  users::refresh_reachability(scope, scope.caller.id);
  (*body)["id"] = registration.id;
  return Answer{.status = 201, .body = json::dump(*body)};
}

Result<Answer> remove_by_id(Scope& scope, const Call& call) {
  scope.tables.registrations.remove(scope.caller.id, call.args[0]);
  users::refresh_reachability(scope, scope.caller.id);
  return Answer{.status = 204};
}

Result<Answer> remove_by_address(Scope& scope, const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  const std::string type = reader.string("binding_type");
  const std::string address = reader.string("address");
  if (reader.failed()) return input::refused(reader);
  scope.tables.registrations.remove(scope.caller.id, type, address);
  users::refresh_reachability(scope, scope.caller.id);
  return Answer{.status = 204};
}

constexpr Route kRoutes[] = {
    {"POST", "/v1/registrations", put},
    {"DELETE", "/v1/registrations", remove_by_address},
    {"DELETE", "/v1/registrations/{}", remove_by_id},
};

}  // namespace

std::span<const Route> registrations() { return kRoutes; }

}  // namespace parley::chat_service::routes
