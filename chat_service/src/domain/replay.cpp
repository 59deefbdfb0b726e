#include "chat_service/src/domain/replay.hpp"

#include <algorithm>

#include "chat_service/src/domain/access.hpp"
#include "chat_service/src/domain/changes.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service {
namespace {

constexpr std::int64_t kBeforeAll = -1;
constexpr std::size_t kEventsPerEnvelope = 50;
// Of an envelope's events; whatever one more adds, the packet stays within limits::kPacketBytes.
constexpr std::size_t kBytesPerEnvelope = 256 * 1024;
constexpr std::size_t kOutcomesPerEnvelope = 100;

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
  if (!handled_.insert(request.object_sid).second) return;
  const auto object = access::open(scope_, request.type, request.object_sid);
  if (!object) {
    sync::Outcome outcome = outcome_of(sync::Outcome::Kind::failed, request.object_sid, request.type);
    outcome.status = object.error().http_status;
    outcome.code = object.error().server_code;
    outcome.message = object.error().message;
    failed_.push_back(std::move(outcome));
    return;
  }
  // Asked for by name and by SID, it is still one object.
  if (object->sid != request.object_sid && !handled_.insert(object->sid).second) return;
  // Without a position the client wants live events only.
  auto outcome = missed_since(*object, request.last_event_id.value_or(object->last_event_id));
  if (!outcome.interrupted) scope_.effects.push_back(Watched{object->sid});
  established_.push_back(std::move(outcome));
}

void Replay::establish(const std::string& list_sid, std::int64_t last_event_id,
                       std::vector<sync::Event> missed) {
  if (!handled_.insert(list_sid).second) return;
  for (sync::Event& event : missed) {
    const std::size_t bytes = event.data.size();
    add(std::move(event), bytes);
  }
  auto outcome = outcome_of(sync::Outcome::Kind::established, list_sid, sync::ObjectType::list);
  outcome.last_event_id = last_event_id;
  scope_.effects.push_back(Watched{list_sid});
  established_.push_back(std::move(outcome));
}

sync::Outcome Replay::missed_since(const SyncObject& object, std::int64_t last_event_id) {
  auto outcome = outcome_of(sync::Outcome::Kind::established, object.sid, object.type);
  outcome.last_event_id = object.last_event_id;
  if (last_event_id >= object.last_event_id) return outcome;
  const bool document = object.type == sync::ObjectType::document;
  outcome.last_event_id =
      document ? replay_document(object, last_event_id) : replay_items(object, last_event_id);
  outcome.interrupted = outcome.last_event_id < object.last_event_id;
  return outcome;
}

std::int64_t Replay::replay_document(const SyncObject& object, std::int64_t last_event_id) {
  const std::size_t bytes = encoded_bytes(object);
  if (!has_room(bytes)) return last_event_id;
  add(changes::document_event(object, sync::Change::updated), bytes);
  return object.last_event_id;
}

std::int64_t Replay::replay_items(const SyncObject& object, std::int64_t last_event_id) {
  if (spent_) return last_event_id;
  const auto [from, origin] = span_of(object, last_event_id);
  std::int64_t sent = from;
  std::size_t count = 0;
  for (const SyncItem& item :
       scope_.tables.sync.changed_after(object.id, from, {limits::kReplayItems + 1, limits::kReplayBytes})) {
    const std::size_t bytes = encoded_bytes(item);
    if (count++ == limits::kReplayItems || !has_room(bytes)) {
      origins_.keep(object.sid, {last_event_id, sent, origin});
      return sent;
    }
    add(changes::item_event(scope_.links, object, item, change_since(item, origin)), bytes);
    sent = item.last_event_id;
  }
  return object.last_event_id;
}

ReplayOrigins::Span Replay::span_of(const SyncObject& object, std::int64_t last_event_id) {
  if (const auto cut = origins_.take(object.sid, last_event_id)) return *cut;
  if (last_event_id < object.pruned_event_id) return {kBeforeAll, kBeforeAll};
  return {last_event_id, last_event_id};
}

// The first event always has room: a client that asks again at once must get on.
bool Replay::has_room(std::size_t bytes) {
  spent_ = spent_ || (bytes_ > 0 && bytes_ + bytes > limits::kReplayBytes);
  return !spent_;
}

void Replay::add(sync::Event event, std::size_t bytes) {
  const bool same_kind =
      run_.empty() || (run_.back().type == event.type && run_.back().change == event.change);
  const bool full = run_.size() >= share(kEventsPerEnvelope) || run_bytes_ + bytes > kBytesPerEnvelope;
  if (!same_kind || full) send_events();
  bytes_ += bytes;
  run_bytes_ += bytes;
  run_.push_back(std::move(event));
}

void Replay::send_events() {
  if (run_.empty()) return;
  scope_.effects.push_back(Told{sync::kSyncEventType, sync::encode_replay(run_, correlation_)});
  run_.clear();
  run_bytes_ = 0;
}

void Replay::cancel(const sync::SubscriptionRequest& request) {
  if (!handled_.insert(request.object_sid).second) return;
  const auto object = scope_.tables.sync.find(scope_.service_sid(), request.object_sid);
  // One that is gone is watched by nobody; the client is told all the same that it has its way.
  const std::string& object_sid = object ? object->sid : request.object_sid;
  if (object_sid != request.object_sid && !handled_.insert(object_sid).second) return;
  scope_.effects.push_back(Unwatched{object_sid});
  canceled_.push_back(outcome_of(sync::Outcome::Kind::canceled, object_sid, request.type));
}

void Replay::finish() {
  send_events();
  send_outcomes(established_);
  send_outcomes(canceled_);
  send_outcomes(failed_);
}

void Replay::send_outcomes(const std::vector<sync::Outcome>& outcomes) {
  for (auto from = outcomes.begin(); from != outcomes.end();) {
    const auto most = static_cast<std::ptrdiff_t>(share(kOutcomesPerEnvelope));
    const auto count = std::min(most, outcomes.end() - from);
    const std::vector<sync::Outcome> part(from, from + count);
    scope_.effects.push_back(Told{sync::kSyncEventType, sync::encode_outcomes(part, correlation_)});
    from += count;
  }
}

}  // namespace parley::chat_service
