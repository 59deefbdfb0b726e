#pragma once
#include <algorithm>
#include <optional>

#include <parley/seams.hpp>

namespace parley::detail {

/// Notices that the machine slept or the process was stopped, from the times of what happens to a client: no
/// timer of its own, no I/O.
///
/// The steady clock of a machine that sleeps may stand, while the wall clock goes on: they drift apart. Or
/// both go on, and something that was due comes late. Both are told from one input to the next. A wall clock
/// that is set ahead looks like a sleep, and one that is set back like nothing: whoever is told must do no
/// more than look whether the connection still stands.
class WakeDetector {
 public:
  /// How much later than expected is no chance: of a busy machine, or of a clock that is corrected.
  static constexpr Duration kTolerance = std::chrono::seconds(5);

  /// With each input, before it has any effect. `due`: what next_deadline() said since the last one. How long
  /// nothing happened here, beyond what was meant; nothing: all is as it should be.
  std::optional<Duration> on_input(TimePoint now, WallTime wall_now, std::optional<TimePoint> due) {
    const auto last = last_;
    last_ = Moment{now, wall_now};
    if (!last) return std::nullopt;
    const Duration drift = std::chrono::duration_cast<Duration>(wall_now - last->wall) - (now - last->now);
    const Duration late = due ? now - std::max(*due, last->now) : Duration::zero();
    const Duration slept = std::max(drift, late);
    return slept > kTolerance ? std::optional(slept) : std::nullopt;
  }

 private:
  struct Moment {
    TimePoint now;
    WallTime wall;
  };
  std::optional<Moment> last_;
};

}  // namespace parley::detail
