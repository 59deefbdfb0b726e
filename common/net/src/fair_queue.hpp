#pragma once
#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace parley::net {

/// A bounded queue that is fair by key: keys take turns, each with its oldest item, and a full queue takes
/// the room from the key that has the most. So nobody gets more by asking more often.
///
/// No thread and no clock of its own. push() and pop() are logarithmic in the number of keys.
template <class Key, class Item>
class FairQueue {
 public:
  explicit FairQueue(std::size_t capacity) : capacity_(capacity) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Returns what has to go for it, if the queue was full: the newest item of the key that has the most then,
  /// which may be `item` itself.
  std::optional<Item> push(const Key& key, Item item) {
    auto& line = lines_[key];
    if (line.empty()) turns_.push_back(key);
    resize(key, line, [&] { line.push_back(std::move(item)); });
    if (size_ <= capacity_) return std::nullopt;
    return drop_newest(by_length_.rbegin()->second);
  }

  /// The oldest item of the key whose turn it is.
  std::optional<Item> pop() {
    if (empty()) return std::nullopt;
    const Key key = turns_.front();
    turns_.pop_front();
    auto& line = lines_.at(key);
    std::optional<Item> item(std::move(line.front()));
    resize(key, line, [&] { line.pop_front(); });
    line.empty() ? void(lines_.erase(key)) : turns_.push_back(key);
    return item;
  }

  /// Takes out all items for which `wanted` holds. Linear.
  template <class Predicate>
  std::vector<Item> take_if(Predicate wanted) {
    std::vector<Item> taken;
    for (auto it = lines_.begin(); it != lines_.end();) {
      const auto& [key, line] = *it;
      resize(key, it->second, [&] { move_out(it->second, wanted, taken); });
      if (!line.empty()) {
        ++it;
        continue;
      }
      std::erase(turns_, key);
      it = lines_.erase(it);
    }
    return taken;
  }

 private:
  using Line = std::deque<Item>;

  template <class Change>
  void resize(const Key& key, const Line& line, Change change) {
    by_length_.erase({line.size(), key});
    size_ -= line.size();
    change();
    size_ += line.size();
    if (!line.empty()) by_length_.emplace(line.size(), key);
  }

  Item drop_newest(const Key key) {
    auto& line = lines_.at(key);
    Item item = std::move(line.back());
    resize(key, line, [&] { line.pop_back(); });
    if (line.empty()) {
      std::erase(turns_, key);
      lines_.erase(key);
    }
    return item;
  }

  template <class Predicate>
  static void move_out(Line& line, Predicate wanted, std::vector<Item>& taken) {
    const auto kept =
        std::stable_partition(line.begin(), line.end(), [&](const Item& item) { return !wanted(item); });
    std::move(kept, line.end(), std::back_inserter(taken));
    line.erase(kept, line.end());
  }

  std::size_t capacity_;
  std::size_t size_ = 0;
  std::map<Key, Line> lines_;                        // none is empty
  std::deque<Key> turns_;                            // the keys of lines_, in the order of their turns
  std::set<std::pair<std::size_t, Key>> by_length_;  // the keys of lines_
};

}  // namespace parley::net
