#include "chat_service/src/domain/replay.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "chat_service/src/routes/session/own_list.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::routes {
namespace {

// The answer says "accepted"; what came of each request follows as notifications.
Result<Answer> subscribe(Scope& scope, const Call& call) {
  const auto batch = sync::decode_batch(call.request.body);
  if (!batch) return errors::bad_request(batch.error().message);
  for (const auto& request : batch->requests)
    if (request.object_sid.size() > limits::kNameBytes)
      return errors::bad_request("object_sid: at most " + std::to_string(limits::kNameBytes) + " bytes");
  scope.lookups = batch->requests.size();
  Replay replay(scope, *scope.origins, batch->correlation);
  for (const auto& request : batch->requests)
    if (batch->cancel)
      replay.cancel(request);
    else if (const auto* list = session::find_own(scope, request.object_sid))
      replay.establish(list->sid, list->last_event_id,
                       list->events_after(request.last_event_id.value_or(list->last_event_id)));
    else
      replay.establish(request);
  replay.finish();
  return Answer{.status = 202, .body = sync::encode_batch_reply({})};
}

constexpr Route kRoutes[] = {{"POST", "/v4/Subscriptions", subscribe}};

}  // namespace

std::span<const Route> subscriptions() { return kRoutes; }

}  // namespace parley::chat_service::routes
