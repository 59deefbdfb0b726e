#include "token_server/oidc/key_schedule.hpp"

#include <algorithm>

namespace parley::token_server {

std::optional<TimePoint> KeySchedule::next_fetch() const {
  if (fetching_) return std::nullopt;
  return next_fetch_;
}

bool KeySchedule::may_search(TimePoint now) const {
  return !fetching_ && !failing() && (!last_search_ || now >= *last_search_ + kBetweenSearches);
}

std::chrono::milliseconds KeySchedule::retry_after(TimePoint now) const {
  constexpr std::chrono::milliseconds kLeast = std::chrono::seconds(1);
  if (now >= next_fetch_) return kLeast;
  return std::max(kLeast, std::chrono::ceil<std::chrono::milliseconds>(next_fetch_ - now));
}

void KeySchedule::on_search_started(TimePoint now) {
  last_search_ = now;
  on_started();
}

void KeySchedule::on_fetched(TimePoint now, std::optional<std::chrono::seconds> max_age) {
  fetching_ = false;
  backoff_.reset();
  next_fetch_ = now + std::clamp(max_age.value_or(kDefaultFresh), kMinFresh, kMaxFresh);
  usable_until_ = next_fetch_ + kStale;
}

void KeySchedule::on_failed(TimePoint now, double random) {
  fetching_ = false;
  next_fetch_ = now + backoff_.after_failure(random);
}

}  // namespace parley::token_server
