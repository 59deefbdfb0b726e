#pragma once
#include <algorithm>
#include <string>
#include <unordered_map>

#include <parley/seams.hpp>

#include "chat_service/options.hpp"

namespace parley::chat_service {

/// How much each of many keys may do: each has a bucket of `burst` that is filled at `per_second`.
///
/// Of a bucket only the time is kept when it will be full again; one that is full is forgotten. So the memory
/// is that of the keys used within the last burst / per_second seconds, twice that at most.
template <class Key>
class Buckets {
 public:
  /// Both numbers above 0.
  explicit Buckets(const Throttle& throttle)
      : step_(to_duration(1 / throttle.per_second)),
        whole_(to_duration(throttle.burst / throttle.per_second)) {}

  /// True: there was that much, and it is spent. A full bucket gives what costs more than it holds, too, and
  /// takes the longer to be full again.
  bool take(const Key& key, TimePoint now, std::size_t cost = 1) {
    TimePoint& full_at = bucket(key, now);
    const TimePoint then = std::max(full_at, now) + time_of(cost);
    if (then - now > whole_ && full_at > now) return false;
    full_at = then;
    return true;
  }

  /// How long until take() gives that much, if nobody takes any meanwhile.
  Duration wait_for(const Key& key, TimePoint now, std::size_t cost = 1) const {
    const auto found = full_at_.find(key);
    if (found == full_at_.end()) return Duration::zero();
    // What costs more than the bucket holds is given when it is full.
    const TimePoint enough = found->second - std::max(whole_ - time_of(cost), Duration::zero());
    return std::max(enough - now, Duration::zero());
  }

  /// Spends it, whether it is there or not.
  void consume(const Key& key, TimePoint now, std::size_t cost) {
    TimePoint& full_at = bucket(key, now);
    full_at = std::max(full_at, now) + time_of(cost);
  }

  void forget(const Key& key) { full_at_.erase(key); }
  std::size_t size() const { return full_at_.size(); }

 private:
  TimePoint& bucket(const Key& key, TimePoint now) {
    forget_full(now);
    return full_at_.try_emplace(key, now).first->second;
  }

  Duration time_of(std::size_t cost) const { return step_ * static_cast<Duration::rep>(cost); }

  static Duration to_duration(double seconds) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }

  void forget_full(TimePoint now) {
    if (now < look_at_) return;
    look_at_ = now + whole_;
    std::erase_if(full_at_, [&](const auto& entry) { return entry.second <= now; });
  }

  Duration step_, whole_;
  TimePoint look_at_{};
  std::unordered_map<Key, TimePoint> full_at_;
};

}  // namespace parley::chat_service
