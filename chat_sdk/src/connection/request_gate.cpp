#include "chat_sdk/src/connection/request_gate.hpp"

#include <algorithm>
#include <utility>

namespace parley::detail {
namespace {

using Seconds = std::chrono::duration<double>;
using std::chrono::seconds;

constexpr BackoffSettings kSilentBackoff{seconds(1), seconds(30), 0.8, 1.2};
constexpr Duration kMaxWait = std::chrono::minutes(5);  // whatever the service asks for
constexpr double kBelowTheLimit = 0.9;
constexpr double kMinPerSecond = 1;
constexpr double kRaise = 1.05;
constexpr std::uint64_t kMinSample = 20;  // answers, to tell a rate from
constexpr Duration kRaiseEvery = seconds(10);
constexpr Duration kPaceEndsAfter = seconds(60);
constexpr Duration kSameBurstTime = seconds(20);  // a refusal so soon after another is of the same burst
constexpr Duration kCountingTime = seconds(2);    // while there is no pace
constexpr Duration kSlack = std::chrono::milliseconds(20);  // a timer that is late loses nothing

Duration spacing(double per_second) { return std::chrono::duration_cast<Duration>(Seconds(1 / per_second)); }

}  // namespace

RequestGate::RequestGate(GateSettings settings) : settings_(settings), backoff_(kSilentBackoff) {}

void RequestGate::submit(Id id, bool background) {
  const auto [at, fresh] = requests_.try_emplace(id, Request{background});
  if (fresh) make_ready(id, at->second);
}

void RequestGate::make_ready(Id id, Request& request) {
  (request.background ? background_ : foreground_).emplace(id, &request);
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
  if (request->background) ++background_in_flight_;
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
  const Duration wait = std::min(retry_after.value_or(own), kMaxWait);
  closed_until_ = std::max(closed_until_.value_or(now), now + wait);
}

// What the service takes is not known at first: its bucket was full, so what was accepted shows too much, and
// of few requests it shows nothing. Refused soon again, the pace comes down to what was accepted since, which
// filled the bucket anew; halved at most, since there may have been little to send. Refused after a long
// time, it was a little too high.
void RequestGate::slow_down(TimePoint now) {
  const bool soon = now - last_refused_ < kSameBurstTime;
  const double accepted = accepted_per_second(now);
  const bool shows_nothing = !per_second_ && !soon && accepted_ + accepted_before_ < kMinSample;
  double limit = accepted;
  if (per_second_) limit = soon ? std::max(accepted, *per_second_ / 2) : *per_second_;
  if (!shows_nothing) per_second_ = std::max(kMinPerSecond, kBelowTheLimit * limit);
  ++period_;
  accepted_ = accepted_before_ = 0;
  counted_before_ = {};
  counting_since_ = last_refused_ = last_needed_ = last_raised_ = now;
}

double RequestGate::accepted_per_second(TimePoint now) const {
  const double elapsed = std::max(Seconds(now - counting_since_ + counted_before_).count(), 1.0);
  return static_cast<double>(accepted_ + accepted_before_) / elapsed;
}

void RequestGate::keep_pace(TimePoint now) {
  if (!per_second_) {
    const Duration counted = now - counting_since_;
    if (counted < kCountingTime) return;
    // What was counted just before counts, too: otherwise a refusal at the beginning of a count would find
    // nothing.
    const bool just_before = counted < 2 * kCountingTime;
    counted_before_ = just_before ? counted : Duration::zero();
    accepted_before_ = just_before ? accepted_ : 0;
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
  if (request.background) --background_in_flight_;
}

void RequestGate::remove(Id id) {
  const auto at = requests_.find(id);
  if (at == requests_.end()) return;
  leave_flight(at->second);
  foreground_.erase(id);
  background_.erase(id);
  requests_.erase(at);
}

}  // namespace parley::detail
