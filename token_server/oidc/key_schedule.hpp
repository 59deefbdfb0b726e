#pragma once
#include <chrono>
#include <optional>
#include <parley/seams.hpp>

#include "common/base/backoff.hpp"

namespace parley::token_server {

/// Decides when an issuer's keys are fetched and for how long they are used. No I/O: time and randomness are
/// parameters, so tests run it on virtual time.
///
/// Fetched keys are fresh for what the issuer says, within kMinFresh and kMaxFresh; then a new fetch is
/// due. While that fails they stay usable for kStale more. A failure is followed by a pause of kMinPause,
/// doubling up to kMaxPause, each shortened at random by up to half.
class KeySchedule {
 public:
  static constexpr std::chrono::seconds kMinFresh = std::chrono::minutes(5);
  static constexpr std::chrono::seconds kDefaultFresh = std::chrono::hours(1);
  static constexpr std::chrono::seconds kMaxFresh = std::chrono::hours(24);
  static constexpr std::chrono::seconds kStale = std::chrono::hours(24);
  static constexpr std::chrono::seconds kMinPause{1};
  static constexpr std::chrono::seconds kMaxPause = std::chrono::minutes(5);
  static constexpr std::chrono::seconds kBetweenSearches{60};

  /// True if there are keys that may still be used.
  bool usable(TimePoint now) const { return usable_until_ && now < *usable_until_; }
  bool fetching() const { return fetching_; }
  /// True if the last fetch failed.
  bool failing() const { return backoff_.failures() > 0; }

  /// True if a fetch should start now.
  bool due(TimePoint now) const { return !fetching_ && now >= next_fetch_; }
  /// When the next fetch is due; nothing while one runs.
  std::optional<TimePoint> next_fetch() const;
  /// True if a fetch may start now to look for a key that is not in the set; at most one in
  /// kBetweenSearches, and none in the pause after a failure.
  bool may_search(TimePoint now) const;
  /// How long callers without keys should wait before they ask again; at least one second.
  std::chrono::milliseconds retry_after(TimePoint now) const;

  void on_started() { fetching_ = true; }
  /// As on_started(), for a fetch that may_search() allowed.
  void on_search_started(TimePoint now);
  /// `max_age`: what the issuer says, if it does.
  void on_fetched(TimePoint now, std::optional<std::chrono::seconds> max_age);
  /// `random` is uniform in [0, 1).
  void on_failed(TimePoint now, double random);

 private:
  bool fetching_ = false;
  Backoff backoff_{{kMinPause, kMaxPause, 0.5, 1}};
  TimePoint next_fetch_ = TimePoint::min();
  std::optional<TimePoint> usable_until_{};
  std::optional<TimePoint> last_search_{};
};

}  // namespace parley::token_server
