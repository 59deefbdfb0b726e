#pragma once
#include <parley/seams.hpp>

namespace parley {

/// How long to wait between the tries of something that fails.
struct BackoffSettings {
  Duration first{};  ///< after the first failure; it doubles with each further one
  Duration max{};    ///< no wait is longer, before it is spread
  /// Each wait is multiplied by a random factor between the two, so that those who failed together do not
  /// come back together.
  double min_factor = 1;
  double max_factor = 1;
};

/// Exponential back-off. One owner; time and randomness are parameters.
class Backoff {
 public:
  explicit Backoff(BackoffSettings settings) : settings_(settings) {}

  /// Counts a failure and returns the wait before the next try. `random` is uniform in [0, 1).
  Duration after_failure(double random);
  /// The next failure counts as the first one.
  void reset() { failures_ = 0; }

  /// Failures since the last reset.
  int failures() const { return failures_; }

 private:
  BackoffSettings settings_;
  int failures_ = 0;
};

}  // namespace parley
