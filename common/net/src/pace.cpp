#include "common/net/src/pace.hpp"

namespace parley::net {

bool Pace::too_slow(TimePoint now) {
  const Mark here{now, moved_};
  if (!started_) window_ = here;
  if (!started_ || moved_ != last_move_.moved) last_move_ = here;
  started_ = true;
  last_look_ = now;
  if (now - last_move_.at >= patience_) return true;
  const auto elapsed = now - window_.at;
  if (elapsed < 2 * patience_) return false;
  const auto lowest = std::chrono::duration<double>(elapsed).count() * static_cast<double>(kLowestRate);
  const bool drips = static_cast<double>(moved_ - window_.moved) < lowest;
  window_ = here;
  return drips;
}

void Pace::rest(TimePoint now) {
  const Duration rested = now - last_look_;
  last_move_.at += rested;
  window_.at += rested;
  last_look_ = now;
}

}  // namespace parley::net
