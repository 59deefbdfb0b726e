#pragma once
#include <algorithm>
#include <optional>

#include <parley/seams.hpp>

#include "chat_service/src/model.hpp"

namespace parley::chat_service {

/// The time by which things become too old to be kept. It is the calendar's, unless that jumps ahead by more
/// than a day beyond what has passed: a wrong clock must not remove a year of messages. Then it goes on as
/// the time passes, until the calendar is near again or an operator has accepted it.
///
/// While the service is off, or its machine sleeps, no time passes for it: a longer pause is a jump, too.
class RetentionClock {
 public:
  /// The latest time that is known from earlier, or that an operator has accepted. Of several the newest
  /// counts.
  void restore(Millis latest) { latest_ = std::max(latest_.value_or(latest), latest); }
  /// Takes a look at both clocks. The first time of all is accepted, whatever it is.
  void look(Millis wall_now, TimePoint now);

  /// Nothing before the first look or restore().
  std::optional<Millis> latest() const { return latest_; }
  /// By how much the calendar was ahead at the last look, if it waits for an operator; else 0.
  Millis ahead() const { return ahead_; }
  /// What to go by at that time of the calendar.
  Millis at(Millis wall_now) const { return std::min(wall_now, latest_.value_or(0)); }

 private:
  std::optional<Millis> latest_;
  std::optional<TimePoint> looked_at_;
  Millis ahead_ = 0;
};

}  // namespace parley::chat_service
