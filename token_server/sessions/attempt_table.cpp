#include "token_server/sessions/attempt_table.hpp"

#include <algorithm>
#include <utility>

namespace parley::token_server {

std::optional<Duration> AttemptTable::wait(const std::string& key, TimePoint now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  fade(found->second, now);
  const Duration wait = wait_after(found->second.failures);
  // Not longer than the wait itself, if the clock was set back.
  const Duration left = std::min(found->second.last + wait - now, wait);
  if (left <= Duration::zero()) return std::nullopt;
  return left;
}

void AttemptTable::add(const std::string& key, TimePoint now) {
  Entry& entry = touch(key);
  fade(entry, now);
  if (entry.failures == 0 || entry.forgetting > now + back_off_.longest_wait) entry.forgetting = now;
  // Beyond the longest wait a higher count would change nothing but how long it is remembered.
  if (entry.failures == 0 || wait_after(entry.failures) < back_off_.longest_wait) ++entry.failures;
  entry.last = now;
  if (const auto wait = wait_after(entry.failures); wait > Duration::zero())
    entry.forgetting = std::max(entry.forgetting, now + wait);
  entry.told = false;
}

void AttemptTable::take_back(const std::string& key) {
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.failures > 0) --found->second.failures;
}

void AttemptTable::forget(const std::string& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  ages_.erase(found->second.age);
  entries_.erase(found);
}

bool AttemptTable::tell_once(const std::string& key) {
  const auto found = entries_.find(key);
  return found != entries_.end() && !std::exchange(found->second.told, true);
}

Duration AttemptTable::wait_after(int failures) const {
  if (failures < back_off_.free_attempts) return Duration::zero();
  const int doublings = std::min(failures - back_off_.free_attempts, 20);
  return std::min(back_off_.first_wait * (1 << doublings), back_off_.longest_wait);
}

void AttemptTable::fade(Entry& entry, TimePoint now) const {
  if (now <= entry.forgetting) return;
  const auto steps = (now - entry.forgetting) / back_off_.forget_one_after;
  entry.failures = static_cast<int>(std::max<std::int64_t>(entry.failures - steps, 0));
  entry.forgetting += steps * back_off_.forget_one_after;
}

AttemptTable::Entry& AttemptTable::touch(const std::string& key) {
  const auto [found, is_new] = entries_.try_emplace(key);
  if (is_new)
    found->second.age = ages_.insert(ages_.begin(), key);
  else
    ages_.splice(ages_.begin(), ages_, found->second.age);
  if (entries_.size() > capacity_) {
    entries_.erase(ages_.back());
    ages_.pop_back();
  }
  return found->second;
}

}  // namespace parley::token_server
