#pragma once
#include <algorithm>
#include <optional>

#include <parley/seams.hpp>

namespace parley {

/// The wall time as it would be if nobody had set the clock back: never earlier than it was, and going on at
/// the pace of the steady clock. For what was said while the clock was ahead, such as "not valid before".
/// One thread at a time.
class SteadyWall {
 public:
  /// Both at the same moment.
  WallTime at(TimePoint now, WallTime wall_now) {
    if (!anchor_ || anchor_->wall_at(now) <= wall_now) anchor_ = {now, wall_now};
    return anchor_->wall_at(now);
  }

 private:
  struct Anchor {
    TimePoint now;
    WallTime wall;
    WallTime wall_at(TimePoint later) const {
      return wall + std::chrono::duration_cast<WallTime::duration>(std::max(later - now, Duration::zero()));
    }
  };
  std::optional<Anchor> anchor_;  ///< the last moment at which the clock was not behind
};

}  // namespace parley
