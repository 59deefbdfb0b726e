#pragma once
#include <cstdint>

#include <parley/seams.hpp>

namespace parley::net {

/// Whether a streamed body moves on: no silence longer than `patience`, and kLowestRate on average over twice
/// that time. The first cuts who has gone, the second who drips; neither minds a long body.
class Pace {
 public:
  static constexpr std::uint64_t kLowestRate = 1024;  ///< bytes per second

  explicit Pace(Duration patience) : patience_(patience) {}

  /// Costs nothing: the clock is read when somebody looks.
  void moved(std::uint64_t bytes) { moved_ += bytes; }
  /// To be asked now and then; time counts from the first question, and from the first after a move.
  bool too_slow(TimePoint now);
  /// To be asked instead while there is nothing to move: the time since the last question does not count.
  void rest(TimePoint now);

 private:
  struct Mark {
    TimePoint at{};
    std::uint64_t moved = 0;
  };

  Duration patience_;
  std::uint64_t moved_ = 0;
  bool started_ = false;
  TimePoint last_look_{};
  Mark last_move_{};
  Mark window_{};
};

}  // namespace parley::net
