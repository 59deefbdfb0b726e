#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <utility>

namespace parley::token_server {

/// Whether somebody has proven who they are from an address before.
enum class Standing {
  unknown,        ///< not that we remember
  known_network,  ///< from another address of its network
  known_address   ///< from this very address
};

/// On whose behalf something waits. Nothing in it depends on the name that a request tries, so the order of
/// answers tells nothing about names.
struct QueueKey {
  Standing standing = Standing::unknown;
  std::string network;  ///< address_network()
  std::string address;  ///< address_group()
};

/// A bounded queue that is shared fairly: first among the three standings, then among the networks of each,
/// then among the addresses of a network. What one address pushes leaves in order.
///
/// Each share is served in rounds, one item a turn. Fresh shares, which were not served in the last round,
/// come in between and have three of four turns (as new flows in fq_codel, RFC 8290, which have all): who
/// asks once does not wait for all who ask all the time. If there is a crowd of fresh ones, the newest goes
/// first (adaptive LIFO): in order all of them would wait for the whole crowd, and many would have gone by
/// then.
///
/// When it is full, an item of the longest share gives way, so a flood displaces itself. Among equally long
/// shares one that was served lately gives way to one that was not; else the newcomer is refused.
///
/// A push costs time linear in the number of shares that wait. No clock, no thread. Thread rule: one thread
/// at a time.
template <class Item>
class FairQueue {
 public:
  struct Limits {
    std::size_t in_sum;
    std::size_t per_network;
  };
  struct Outcome {
    bool accepted = true;
    std::optional<Item> displaced{};  ///< another's, if accepted; else the refused item itself
  };

  explicit FairQueue(Limits limits) : limits_(limits) {}

  Outcome push(const QueueKey& key, Item item) {
    Path path = enter(key);
    for (Share* share : path) ++share->waiting;
    path.back()->items.push_back(std::move(item));
    if (path[kRoot]->waiting > limits_.in_sum) return displace(path, kRoot);
    if (path[kNetwork]->waiting > limits_.per_network) return displace(path, kNetwork);
    return {};
  }

  /// The next in turn; nothing if it is empty.
  std::optional<Item> pop() {
    if (empty()) return std::nullopt;
    return take(root_);
  }

  bool empty() const { return root_.waiting == 0; }
  std::size_t size() const { return root_.waiting; }
  /// Networks that wait or were served in the last round: what its memory grows with.
  std::size_t networks() const {
    std::size_t count = 0;
    for (const auto* standings : {&root_.fresh, &root_.served})
      for (const Share& standing : *standings) count += standing.fresh.size() + standing.served.size();
    return count;
  }

 private:
  /// The whole queue, all of one standing, one network, or one address.
  struct Share {
    std::string key{};
    std::list<Share> fresh{};   ///< not served in the last round; something waits in each
    std::list<Share> served{};  ///< in turn; nothing may wait in some
    std::deque<Item> items{};   ///< of an address
    std::size_t waiting = 0;    ///< in it and all below
    int fresh_turns = 0;        ///< since one of `served` had its turn
  };
  enum Level : std::size_t { kRoot, kStanding, kNetwork, kAddress, kLevels };
  static constexpr int kFreshTurns = 3;
  static constexpr std::size_t kCrowd = 32;
  using Path = std::array<Share*, kLevels>;

  static Share* find(std::list<Share>& shares, const std::string& key) {
    const auto found =
        std::find_if(shares.begin(), shares.end(), [&](const Share& share) { return share.key == key; });
    return found == shares.end() ? nullptr : &*found;
  }

  static Share* child(Share& parent, const std::string& key) {
    if (Share* known = find(parent.served, key)) return known;
    if (Share* known = find(parent.fresh, key)) return known;
    parent.fresh.push_back(Share{.key = key});
    return &parent.fresh.back();
  }

  Path enter(const QueueKey& key) {
    Share* standing = child(root_, std::to_string(static_cast<int>(key.standing)));
    Share* network = child(*standing, key.network);
    return {&root_, standing, network, child(*network, key.address)};
  }

  static Item take(Share& share) {
    --share.waiting;
    if (!share.items.empty()) {
      Item item = std::move(share.items.front());
      share.items.pop_front();
      return item;
    }
    while (!share.served.empty() && share.served.front().waiting == 0) share.served.pop_front();
    const bool from_served =
        share.fresh.empty() || (share.fresh_turns >= kFreshTurns && !share.served.empty());
    share.fresh_turns = from_served ? 0 : share.fresh_turns + 1;
    auto& from = from_served ? share.served : share.fresh;
    const bool newest_first = !from_served && from.size() > kCrowd;
    share.served.splice(share.served.end(), from, newest_first ? std::prev(from.end()) : from.begin());
    return take(share.served.back());
  }

  Outcome displace(const Path& path, std::size_t level) {
    for (std::size_t above = 0; above < level; ++above) --path[above]->waiting;
    bool is_newcomer = true;
    Item item = drop(*path[level], path, level, is_newcomer);
    for (std::size_t above = level; above > 0; --above) forget_if_idle(*path[above - 1]);
    return {.accepted = !is_newcomer, .displaced = std::move(item)};
  }

  /// The newest item of the longest share, of its longest, and so on. `on_path`: so far it is the newcomer's.
  static Item drop(Share& share, const Path& path, std::size_t level, bool& on_path) {
    --share.waiting;
    if (level == kAddress) {
      Item item = std::move(share.items.back());
      share.items.pop_back();
      return item;
    }
    Share& victim = longest(share, on_path ? path[level + 1] : nullptr);
    on_path = on_path && &victim == path[level + 1];
    Item item = drop(victim, path, level + 1, on_path);
    forget_if_idle(share);
    return item;
  }

  static void forget_if_idle(Share& parent) {
    parent.fresh.remove_if([](const Share& share) { return share.waiting == 0; });
  }

  static Share& longest(Share& parent, Share* newcomer) {
    std::size_t length = 0;
    for (const auto* shares : {&parent.served, &parent.fresh})
      for (const Share& share : *shares) length = std::max(length, share.waiting);
    const auto is_longest = [&](const Share& share) { return share.waiting == length; };
    const auto served = std::find_if(parent.served.rbegin(), parent.served.rend(), is_longest);
    const bool is_fresh = newcomer && find(parent.fresh, newcomer->key);
    if (newcomer && is_longest(*newcomer) && (!is_fresh || served == parent.served.rend())) return *newcomer;
    if (served != parent.served.rend()) return *served;
    return *std::find_if(parent.fresh.rbegin(), parent.fresh.rend(), is_longest);
  }

  Limits limits_;
  Share root_;
};

}  // namespace parley::token_server
