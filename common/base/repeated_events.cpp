#include "common/base/repeated_events.hpp"

#include "common/base/limits.hpp"

namespace parley {

bool RepeatedEvents::admit(std::string_view what, std::string_view source, TimePoint now) {
  Key key(what, source);
  auto found = windows_.find(key);
  if (found == windows_.end() && windows_.size() >= limits::kRepeatedSources) {
    key.second.clear();
    found = windows_.find(key);
  }
  if (found == windows_.end()) {
    found = windows_.emplace(std::move(key), Window{.end = now + kWindow}).first;
    by_end_.push_back(found);
  }
  const bool has_source = !found->first.second.empty();
  return ++found->second.events <= limits::kRepeatedLines && has_source;
}

std::vector<RepeatedEvents::Sum> RepeatedEvents::take_ended(TimePoint now) {
  std::vector<Sum> sums;
  while (!by_end_.empty() && by_end_.front()->second.end <= now) {
    const auto& [key, window] = *by_end_.front();
    const auto told = key.second.empty() ? 0 : limits::kRepeatedLines;
    if (window.events > told) sums.push_back({key.first, key.second, window.events - told});
    windows_.erase(by_end_.front());
    by_end_.pop_front();
  }
  return sums;
}

std::optional<TimePoint> RepeatedEvents::next_end() const {
  if (by_end_.empty()) return std::nullopt;
  return by_end_.front()->second.end;
}

}  // namespace parley
