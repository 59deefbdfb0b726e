#include "common/protocol/sync/subscriber.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "common/base/earliest.hpp"
#include "common/base/limits.hpp"

namespace parley::sync {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool is_list_add(const Event& event) {
  return event.type == ObjectType::list && event.change == Change::item_added;
}

bool replay_order(const Event& a, const Event& b) {
  if (is_list_add(a) != is_list_add(b)) return is_list_add(a);
  return is_list_add(a) ? a.item_index() < b.item_index() : a.id < b.id;
}

// A replay and live events that overtook it may name one item twice: the newest says it all, except that
// an add followed by an update is still an add for a client that has neither.
std::vector<Event> newest_per_item(std::vector<Event> events) {
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.id < b.id; });
  std::unordered_map<std::string, std::size_t> place;
  std::vector<Event> newest;
  for (auto& event : events) {
    const auto [at, fresh] = place.try_emplace(event.item_key, newest.size());
    if (fresh) {
      newest.push_back(std::move(event));
      continue;
    }
    Event& known = newest[at->second];
    const bool still_an_add = known.change == Change::item_added && event.change == Change::item_updated;
    known = std::move(event);
    if (still_an_add) known.change = Change::item_added;
  }
  return newest;
}

}  // namespace

Subscriber::Subscriber(SubscriberSettings settings)
    : settings_(settings), backoff_({settings.retry_min, settings.retry_max}) {}

void Subscriber::add(std::string object_sid, ObjectType type, std::int64_t last_event_id) {
  const auto [at, fresh] = objects_.try_emplace(std::move(object_sid), Object{type, last_event_id});
  if (fresh) wanted_.insert(at->first);
}

void Subscriber::remove(const std::string& object_sid) {
  const auto at = objects_.find(object_sid);
  if (at == objects_.end()) return;
  if (connected_ && at->second.state != State::wanted)
    cancelled_.push_back({object_sid, at->second.type, std::nullopt});
  forget(at);
}

void Subscriber::forget(Objects::iterator at) {
  wanted_.erase(at->first);
  objects_.erase(at);
}

void Subscriber::on_connected(TimePoint) {
  connected_ = true;
  backoff_.reset();
  for (auto at = objects_.begin(); at != objects_.end(); ++at) want_again(at);
}

void Subscriber::on_disconnected() {
  connected_ = false;
  batches_.clear();
  cancelled_.clear();
  retry_at_.reset();
  renew_at_.reset();
  for (auto at = objects_.begin(); at != objects_.end(); ++at) want_again(at);
}

void Subscriber::want_again(Objects::iterator at) {
  wanted_.insert(at->first);
  Object& object = at->second;
  object.state = State::wanted;
  object.correlation_id = 0;
  object.held.clear();
  object.held_bytes = 0;
}

void Subscriber::on_batch_reply(std::int64_t batch_id, const Result<http::Response>& reply, TimePoint now) {
  const auto at = batches_.find(batch_id);
  if (at == batches_.end()) return;
  const auto parsed =
      reply && reply->status / 100 == 2
          ? decode_batch_reply(reply->body)
          : Result<BatchReply>(Error{.code = Errc::server_error, .message = "subscription refused"});
  if (parsed) {
    backoff_.reset();
    max_batch_size_ = std::max(1, parsed->max_batch_size);
    at->second.silence_deadline =
        now + std::max<Duration>(settings_.retry_min, milliseconds(parsed->estimated_delivery_in_ms));
    if (parsed->ttl_in_s > 0 && !renew_at_) renew_at_ = now + seconds(parsed->ttl_in_s);
    return;
  }
  for (const auto& sid : at->second.objects)
    if (auto object = objects_.find(sid);
        object != objects_.end() && object->second.correlation_id == batch_id)
      want_again(object);
  batches_.erase(at);
  retry_at_ = now + backoff_.after_failure(0);
}

void Subscriber::on_envelope(Envelope envelope, TimePoint now) {
  for (auto& event : envelope.events) on_event(std::move(event));
  if (!envelope.correlation_id) return;  // an outcome nobody asked for
  for (const auto& outcome : envelope.outcomes) on_outcome(outcome, *envelope.correlation_id, now);
}

void Subscriber::on_event(Event event) {
  const auto at = objects_.find(event.object_sid);
  if (at == objects_.end()) return;
  Object& object = at->second;
  if (event.change == Change::removed) {
    actions_.push_back(Gone{at->first});
    return forget(at);
  }
  if (event.id <= object.last_event_id) return;
  if (object.state == State::asked) return hold(object, std::move(event));
  if (object.state != State::live) return;  // the replay to come will bring it
  if (event.id > object.last_event_id + 1) return want_again(at);
  object.last_event_id = event.id;
  actions_.push_back(Apply{std::move(event)});
}

void Subscriber::on_outcome(const Outcome& outcome, std::int64_t correlation_id, TimePoint now) {
  const auto at = objects_.find(outcome.object_sid);
  if (at == objects_.end() || at->second.correlation_id != correlation_id || at->second.state != State::asked)
    return;
  Object& object = at->second;
  object.retries = 0;
  if (outcome.kind == Outcome::Kind::established) {
    const auto before = object.last_event_id;
    // Of an interrupted replay only what it covers counts: a live event may have overtaken the rest.
    release_held(object,
                 outcome.interrupted ? outcome.last_event_id : std::numeric_limits<std::int64_t>::max());
    if (outcome.interrupted) {
      if (object.last_event_id == before) retry_at_ = now + settings_.retry_min;  // no progress: not at once
      return want_again(at);
    }
    object.last_event_id = std::max(object.last_event_id, outcome.last_event_id);
    object.state = State::live;
    actions_.push_back(Established{at->first});
    return;
  }
  if (outcome.kind != Outcome::Kind::failed) return;
  if (outcome.status == 404) {
    actions_.push_back(Gone{at->first});
    return forget(at);
  }
  object.state = State::failed;
  actions_.push_back(SubscriptionFailed{at->first,
                                        {.code = outcome.status == 403 ? Errc::forbidden : Errc::server_error,
                                         .message = "subscription refused",
                                         .http_status = outcome.status,
                                         .server_code = outcome.code,
                                         .server_text = outcome.message}});
}

// A replay beyond the bounds is applied in parts, each in order by itself.
void Subscriber::hold(Object& object, Event event) {
  object.held_bytes += event.data.size();
  object.held.push_back(std::move(event));
  const bool full = object.held.size() >= limits::kHeldEvents || object.held_bytes >= limits::kHeldBytes;
  if (full) release_held(object, std::numeric_limits<std::int64_t>::max());
}

void Subscriber::release_held(Object& object, std::int64_t up_to) {
  std::erase_if(object.held, [&](const Event& event) { return event.id > up_to; });
  std::vector<Event> events = newest_per_item(std::move(object.held));
  object.held.clear();
  object.held_bytes = 0;
  for (const auto& event : events) object.last_event_id = std::max(object.last_event_id, event.id);
  std::stable_sort(events.begin(), events.end(), replay_order);
  for (auto& event : events) actions_.push_back(Apply{std::move(event)});
}

void Subscriber::on_time(TimePoint now) {
  if (retry_at_ && *retry_at_ <= now) retry_at_.reset();
  if (renew_at_ && *renew_at_ <= now) {
    renew_at_.reset();
    for (auto at = objects_.begin(); at != objects_.end(); ++at)
      if (at->second.state == State::live) want_again(at);
  }
  for (auto at = batches_.begin(); at != batches_.end();) {
    const auto current = at++;
    if (!current->second.silence_deadline || *current->second.silence_deadline > now) continue;
    for (const auto& sid : current->second.objects) {
      const auto object = objects_.find(sid);
      const bool pending = object != objects_.end() && object->second.correlation_id == current->first &&
                           object->second.state == State::asked;
      if (!pending) continue;
      ++object->second.retries;
      want_again(object);
    }
    batches_.erase(current);
  }
}

std::int64_t Subscriber::start_batch(SubscriptionBatch batch) {
  batch.correlation.id = ++last_batch_id_;
  Batch& started = batches_[batch.correlation.id];
  if (!batch.cancel)
    for (const auto& request : batch.requests) started.objects.push_back(request.object_sid);
  actions_.push_back(SendBatch{batch.correlation.id, encode_batch(batch)});
  return batch.correlation.id;
}

void Subscriber::send_cancellation() {
  if (cancelled_.empty()) return;
  SubscriptionBatch batch;
  batch.cancel = true;
  batch.requests = std::move(cancelled_);
  cancelled_.clear();
  start_batch(std::move(batch));
}

void Subscriber::send_batches() {
  send_cancellation();
  SubscriptionBatch batch;
  const auto flush = [&] {
    if (batch.requests.empty()) return;
    const auto asked = batch.requests;
    const auto id = start_batch(std::move(batch));
    for (const auto& request : asked) objects_.at(request.object_sid).correlation_id = id;
    batch = {};
  };
  for (const auto& sid : std::exchange(wanted_, {})) {
    Object& object = objects_.at(sid);
    object.state = State::asked;
    batch.retried_requests += object.retries > 0 ? 1 : 0;
    batch.requests.push_back({sid, object.type, object.last_event_id});
    if (batch.requests.size() >= static_cast<std::size_t>(max_batch_size_)) flush();
  }
  flush();
}

std::optional<SubscriberAction> Subscriber::next(TimePoint) {
  if (actions_.empty() && connected_ && !retry_at_) send_batches();
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

std::optional<TimePoint> Subscriber::next_deadline() const {
  std::optional<TimePoint> first;
  keep_earliest(first, retry_at_);
  keep_earliest(first, renew_at_);
  for (const auto& [id, batch] : batches_) keep_earliest(first, batch.silence_deadline);
  return first;
}

bool Subscriber::established(const std::string& object_sid) const {
  const auto at = objects_.find(object_sid);
  return at != objects_.end() && at->second.state == State::live;
}

}  // namespace parley::sync
