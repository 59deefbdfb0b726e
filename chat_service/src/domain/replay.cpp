#include "chat_service/src/domain/replay.hpp"

#include "chat_service/src/domain/access.hpp"
#include "chat_service/src/domain/changes.hpp"

namespace parley::chat_service {
namespace {

constexpr std::size_t kItemsPerObject = 500;
constexpr std::size_t kBytesPerBatch = 1024 * 1024;
constexpr std::size_t kEventsPerEnvelope = 50;

sync::Change change_since(const SyncItem& item, std::int64_t last_event_id) {
  if (item.removed) return sync::Change::item_removed;
  return item.created_event_id > last_event_id ? sync::Change::item_added : sync::Change::item_updated;
}

sync::Outcome outcome_of(sync::Outcome::Kind kind, const std::string& object_sid, sync::ObjectType type) {
  sync::Outcome outcome;
  outcome.kind = kind;
  outcome.object_sid = object_sid;
  outcome.type = type;
  return outcome;
}

}  // namespace

void Replay::establish(const sync::SubscriptionRequest& request) {
  const auto object = access::open(scope_, request.type, request.object_sid);
  if (!object) {
    sync::Outcome outcome = outcome_of(sync::Outcome::Kind::failed, request.object_sid, request.type);
    outcome.status = object.error().http_status;
    outcome.code = object.error().server_code;
    outcome.message = object.error().message;
    failed_.push_back(std::move(outcome));
    return;
  }
  // Without a position the client wants live events only.
  auto outcome = missed_since(*object, request.last_event_id.value_or(object->last_event_id));
  if (!outcome.interrupted) scope_.effects.push_back(Watched{object->sid});
  established_.push_back(std::move(outcome));
}

sync::Outcome Replay::missed_since(const SyncObject& object, std::int64_t last_event_id) {
  auto outcome = outcome_of(sync::Outcome::Kind::established, object.sid, object.type);
  outcome.last_event_id = object.last_event_id;
  if (last_event_id >= object.last_event_id) return outcome;
  if (object.type == sync::ObjectType::document) {
    add(changes::document_event(object, sync::Change::updated));
    return outcome;
  }
  outcome.interrupted = !replay_items(object, last_event_id, outcome.last_event_id);
  return outcome;
}

// True if nothing is left. If cut, `reached` is the last event that was sent.
bool Replay::replay_items(const SyncObject& object, std::int64_t last_event_id, std::int64_t& reached) {
  const std::int64_t origin = origins_.take(object.sid, last_event_id);
  std::int64_t sent = last_event_id;
  std::size_t count = 0;
  for (const SyncItem& item :
       scope_.tables.sync.changed_after(object.id, last_event_id, kItemsPerObject + 1)) {
    if (count++ == kItemsPerObject || bytes_ > kBytesPerBatch) {
      origins_.keep(object.sid, {sent, origin});
      reached = sent;
      return false;
    }
    add(changes::item_event(scope_.links, object, item, change_since(item, origin)));
    sent = item.last_event_id;
  }
  return true;
}

void Replay::add(sync::Event event) {
  const bool same_kind =
      run_.empty() || (run_.back().type == event.type && run_.back().change == event.change);
  if (!same_kind || run_.size() >= kEventsPerEnvelope) send_events();
  bytes_ += event.data.size();
  run_.push_back(std::move(event));
}

void Replay::send_events() {
  if (run_.empty()) return;
  scope_.effects.push_back(Told{sync::kSyncEventType, sync::encode_replay(run_, correlation_id_)});
  run_.clear();
}

void Replay::cancel(const sync::SubscriptionRequest& request) {
  scope_.effects.push_back(Unwatched{request.object_sid});
  canceled_.push_back(outcome_of(sync::Outcome::Kind::canceled, request.object_sid, request.type));
}

void Replay::finish() {
  send_events();
  send_outcomes(established_);
  send_outcomes(canceled_);
  send_outcomes(failed_);
}

void Replay::send_outcomes(const std::vector<sync::Outcome>& outcomes) {
  if (!outcomes.empty())
    scope_.effects.push_back(Told{sync::kSyncEventType, sync::encode_outcomes(outcomes, correlation_id_)});
}

}  // namespace parley::chat_service
