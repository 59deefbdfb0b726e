#include "common/base/backoff.hpp"

#include <algorithm>

namespace parley {

Duration Backoff::after_failure(double random) {
  Duration wait = std::min(settings_.first, settings_.max);
  // Stops at the longest wait: a doubling beyond it could overflow.
  for (int doubled = 0; doubled < failures_ && wait < settings_.max; ++doubled)
    wait = wait > settings_.max / 2 ? settings_.max : wait * 2;
  if (failures_ < 1'000'000) ++failures_;
  const double factor = settings_.min_factor + (settings_.max_factor - settings_.min_factor) * random;
  return std::chrono::duration_cast<Duration>(wait * factor);
}

}  // namespace parley
