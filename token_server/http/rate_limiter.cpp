#include "token_server/http/rate_limiter.hpp"

#include <algorithm>

namespace parley::token_server {
namespace {

constexpr Duration kBurst = std::chrono::seconds(6);
constexpr unsigned kLeastBurst = 5;
constexpr Duration kSweepEvery = std::chrono::seconds(1);

Duration cost(unsigned per_minute) { return Duration(std::chrono::minutes(1)) / per_minute; }

// How much may be used up at once, in time; one request of it is the one that is asked for now.
Duration room(unsigned per_minute) {
  const auto one = cost(per_minute);
  return std::max(kBurst, one * kLeastBurst) - one;
}

std::optional<Duration> excess(TimePoint full_at, unsigned per_minute, TimePoint now) {
  const auto wait = full_at - now - room(per_minute);
  if (wait <= Duration::zero()) return std::nullopt;
  return wait;
}

}  // namespace

std::optional<Duration> RateLimiter::take(std::string_view party, unsigned per_minute, TimePoint now) {
  if (per_minute == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  auto found = full_at_.find(party);
  if (found == full_at_.end()) {
    if (full_at_.size() >= kMostParties) make_room(now);
    found = full_at_.emplace(party, now).first;
  }
  // A clock that was set back, or a rate that was raised, makes nobody wait longer than an empty bucket does.
  found->second = std::min(found->second, now + room(per_minute) + cost(per_minute));
  if (auto wait = excess(found->second, per_minute, now)) return wait;
  found->second = std::max(found->second, now) + cost(per_minute);
  return std::nullopt;
}

std::size_t RateLimiter::parties() const {
  const std::lock_guard lock(mutex_);
  return full_at_.size();
}

void RateLimiter::make_room(TimePoint now) {
  if (now - swept_ >= kSweepEvery) {
    swept_ = now;
    std::erase_if(full_at_, [&](const auto& entry) { return entry.second <= now; });
  }
  if (full_at_.size() >= kMostParties) full_at_.erase(full_at_.begin());
}

}  // namespace parley::token_server
