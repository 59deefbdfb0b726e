#include "chat_sdk/src/connection/request_gate.hpp"

#include <algorithm>
#include <utility>

#include "common/base/earliest.hpp"

namespace parley::detail {
namespace {

using Seconds = std::chrono::duration<double>;
using std::chrono::seconds;

constexpr BackoffSettings kSilentBackoff{seconds(1), seconds(30), 0.8, 1.2};
constexpr Duration kLongestWait = std::chrono::minutes(5);  // whatever the service asks for
constexpr double kBelowTheLimit = 0.9;
constexpr double kLeastPerSecond = 1;
constexpr double kRaise = 1.05;
constexpr Duration kRaiseEvery = seconds(10);
constexpr Duration kPaceEndsAfter = seconds(60);
constexpr Duration kSoon = seconds(20);         // after a refusal the next one is of the same burst
constexpr Duration kCountingTime = seconds(2);  // while there is no pace
constexpr Duration kSlack = std::chrono::milliseconds(20);  // a timer that is late loses nothing

Duration spacing(double per_second) { return std::chrono::duration_cast<Duration>(Seconds(1 / per_second)); }

}  // namespace

RequestGate::RequestGate(GateSettings settings) : settings_(settings), backoff_(kSilentBackoff) {}

void RequestGate::submit(Id id, Place place) {
  const auto [at, fresh] = requests_.try_emplace(id, Request{std::move(place)});
  if (!fresh) return;
  const std::string& name = at->second.place.lane;
  if (name.empty()) return make_ready(id, at->second);
  Lane& lane = lanes_[name];
  if (lane.first) return void(lane.waiting.insert(id));
  lane.first = id;
  make_ready(id, at->second);
}

void RequestGate::make_ready(Id id, Request& request) {
  (request.place.background ? background_ : foreground_).emplace(id, &request);
}

bool RequestGate::may_send() const {
  if (in_flight_ >= settings_.in_flight) return false;
  return !foreground_.empty() ||
         (!background_.empty() && background_in_flight_ < settings_.background_in_flight);
}

std::optional<RequestGate::Id> RequestGate::next(TimePoint now) {
  if (closed_until_ && now < *closed_until_) return std::nullopt;
  closed_until_.reset();
  if (!may_send()) return std::nullopt;
  keep_pace(now);
  if (per_second_ && now < next_slot_) {
    last_needed_ = now;
    return std::nullopt;
  }
  if (per_second_) next_slot_ = std::max(next_slot_, now - kSlack) + spacing(*per_second_);
  Queue& queue = foreground_.empty() ? background_ : foreground_;
  const auto [id, request] = *queue.begin();
  queue.erase(queue.begin());
  request->in_flight = true;
  request->period = period_;
  ++in_flight_;
  if (request->place.background) ++background_in_flight_;
  return id;
}

std::optional<TimePoint> RequestGate::next_deadline() const {
  if (!may_send()) return std::nullopt;
  TimePoint at{};
  if (per_second_) at = next_slot_;
  if (closed_until_) at = std::max(at, *closed_until_);
  return at;
}

void RequestGate::on_answered(Id id) {
  const auto at = requests_.find(id);
  if (at == requests_.end() || !at->second.in_flight) return;
  if (at->second.period == period_) ++accepted_;
  backoff_.reset();
  remove(id);
}

void RequestGate::on_refused(Id id, std::optional<Duration> retry_after, TimePoint now, double random) {
  const auto at = requests_.find(id);
  if (at == requests_.end() || !at->second.in_flight) return;
  const bool first_of_period = at->second.period == period_;  // of those that were under way together
  leave_flight(at->second);
  make_ready(id, at->second);
  if (!first_of_period) return;
  slow_down(now);
  close(retry_after, now, random);
}

void RequestGate::close(std::optional<Duration> retry_after, TimePoint now, double random) {
  const Duration own = backoff_.after_failure(random);
  const Duration wait = std::min(retry_after.value_or(own), kLongestWait);
  closed_until_ = std::max(closed_until_.value_or(now), now + wait);
}

// What the service takes is not known at first: its bucket was full, so what was accepted shows too much.
// Refused soon again, the pace comes down to what was accepted since, which filled the bucket anew; halved at
// most, since there may have been little to send. Refused after a long time, it was a little too high.
void RequestGate::slow_down(TimePoint now) {
  const double elapsed = std::max(Seconds(now - counting_since_).count(), 1.0);
  const double accepted = static_cast<double>(accepted_) / elapsed;
  double limit = accepted;
  if (per_second_) limit = now - last_refused_ < kSoon ? std::max(accepted, *per_second_ / 2) : *per_second_;
  per_second_ = std::max(kLeastPerSecond, kBelowTheLimit * limit);
  ++period_;
  accepted_ = 0;
  counting_since_ = last_refused_ = last_needed_ = last_raised_ = now;
}

void RequestGate::keep_pace(TimePoint now) {
  if (!per_second_) {
    if (now - counting_since_ < kCountingTime) return;
    counting_since_ = now;
    accepted_ = 0;
  } else if (now - last_needed_ >= kPaceEndsAfter) {
    per_second_.reset();
  } else if (now - last_raised_ >= kRaiseEvery) {
    last_raised_ = now;
    *per_second_ *= kRaise;
  }
}

void RequestGate::leave_flight(Request& request) {
  if (!std::exchange(request.in_flight, false)) return;
  --in_flight_;
  if (request.place.background) --background_in_flight_;
}

void RequestGate::remove(Id id) {
  const auto at = requests_.find(id);
  if (at == requests_.end()) return;
  leave_flight(at->second);
  foreground_.erase(id);
  background_.erase(id);
  if (!at->second.place.lane.empty()) leave_lane(id, at->second);
  requests_.erase(at);
}

void RequestGate::leave_lane(Id id, const Request& request) {
  const auto lane = lanes_.find(request.place.lane);
  lane->second.waiting.erase(id);
  if (lane->second.first != id) return;
  auto& waiting = lane->second.waiting;
  if (waiting.empty()) return void(lanes_.erase(lane));
  const Id next = *waiting.begin();
  waiting.erase(waiting.begin());
  lane->second.first = next;
  make_ready(next, requests_.at(next));
}

}  // namespace parley::detail
