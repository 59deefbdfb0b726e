#pragma once
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <parley/seams.hpp>

namespace parley::chat_service {

/// When which key wants to be woken; at most one time per key. Cheap for many thousand keys.
template <class Key>
class Deadlines {
 public:
  void set(const Key& key, std::optional<TimePoint> when) {
    const auto found = times_.find(key);
    if (found != times_.end()) {
      if (when == found->second) return;
      order_.erase({found->second, key});
      times_.erase(found);
    }
    if (!when) return;
    times_.emplace(key, *when);
    order_.emplace(*when, key);
  }

  std::optional<TimePoint> first() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
  }

  /// Takes out the keys whose time has come, earliest first.
  std::vector<Key> due(TimePoint now) {
    std::vector<Key> keys;
    while (!order_.empty() && order_.begin()->first <= now) {
      keys.push_back(order_.begin()->second);
      times_.erase(order_.begin()->second);
      order_.erase(order_.begin());
    }
    return keys;
  }

 private:
  std::set<std::pair<TimePoint, Key>> order_;
  std::unordered_map<Key, TimePoint> times_;
};

}  // namespace parley::chat_service
