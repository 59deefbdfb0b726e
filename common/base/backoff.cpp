#include "common/base/backoff.hpp"

#include <algorithm>

namespace parley {

Duration Backoff::after_failure(double random) {
  Duration wait = std::min(settings_.first, settings_.longest);
  // Stops at the longest wait: a doubling beyond it could overflow.
  for (int doubled = 0; doubled < failures_ && wait < settings_.longest; ++doubled)
    wait = wait > settings_.longest / 2 ? settings_.longest : wait * 2;
  if (failures_ < 1'000'000) ++failures_;
  const double factor =
      settings_.least_factor + (settings_.most_factor - settings_.least_factor) * random;
  return std::chrono::duration_cast<Duration>(wait * factor);
}

}  // namespace parley
