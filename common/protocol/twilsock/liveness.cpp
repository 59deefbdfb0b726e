#include "common/protocol/twilsock/liveness.hpp"

#include <algorithm>

namespace parley::twilsock {
namespace {

constexpr std::size_t kBytesPerSecond = 8 * 1024;
constexpr Duration kFreeTime = std::chrono::seconds(1);
constexpr Duration kMaxAllowance = std::chrono::seconds(15);

}  // namespace

void Liveness::start(TimePoint now) {
  stop();
  heard_at_ = now;
}

void Liveness::on_input(TimePoint now) {
  if (!heard_at_) return;
  heard_at_ = now;
  if (due_since_) due_since_ = now;
  pinged_at_.reset();
}

void Liveness::on_output(std::size_t bytes, TimePoint now) {
  const auto time = std::chrono::milliseconds(std::min<std::size_t>(bytes, 1 << 20) * 1000 / kBytesPerSecond);
  clear_at_ = std::min(std::max(clear_at_, now) + time, now + kMaxAllowance + kFreeTime);
}

void Liveness::on_asked(TimePoint now) {
  if (heard_at_ && !due_since_) due_since_ = now;
}

bool Liveness::doubt(TimePoint now) { return !pinged_at_ && doubt_after_sleep(now); }

bool Liveness::doubt_after_sleep(TimePoint now) {
  if (!heard_at_) return false;
  pinged_at_ = now;
  return true;
}

Liveness::Verdict Liveness::on_time(TimePoint now) {
  const auto deadline = next_deadline();
  if (!deadline || *deadline > now) return Verdict::fine;
  if (pinged_at_) return Verdict::dead;
  pinged_at_ = now;
  return Verdict::ping;
}

std::optional<TimePoint> Liveness::next_deadline() const {
  if (!heard_at_) return std::nullopt;
  if (!pinged_at_ && !due_since_) return *heard_at_ + settings_.silence;
  const TimePoint since = pinged_at_ ? *pinged_at_ : *due_since_;
  return std::max(since, clear_at_ - kFreeTime) + settings_.probe;
}

}  // namespace parley::twilsock
