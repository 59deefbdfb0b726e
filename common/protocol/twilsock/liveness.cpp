#include "common/protocol/twilsock/liveness.hpp"

#include <algorithm>

namespace parley::twilsock {
namespace {

constexpr std::size_t kFreeBytes = 8 * 1024;
constexpr std::size_t kBytesPerSecond = 8 * 1024;
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
  written_ = 0;
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
  const bool is_silent = !due_since_ || pinged_at_;
  if (is_silent) return Verdict::dead;
  pinged_at_ = now;
  return Verdict::ping;
}

Duration Liveness::allowance() const {
  if (written_ <= kFreeBytes) return {};
  return std::min<Duration>(std::chrono::milliseconds((written_ - kFreeBytes) * 1000 / kBytesPerSecond),
                            kMaxAllowance);
}

std::optional<TimePoint> Liveness::next_deadline() const {
  if (!heard_at_) return std::nullopt;
  if (pinged_at_) return *pinged_at_ + settings_.probe + allowance();
  if (due_since_) return *due_since_ + settings_.probe + allowance();
  return *heard_at_ + settings_.silence;
}

}  // namespace parley::twilsock
