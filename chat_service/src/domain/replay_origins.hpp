#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace parley::chat_service {

/// Where the replays began that were cut on one connection, see Replay.
class ReplayOrigins {
 public:
  struct Cut {
    std::int64_t asked = 0;    ///< the client's position when it asked
    std::int64_t reached = 0;  ///< the last event sent
    std::int64_t origin = 0;   ///< the position at which everything began
  };
  struct Span {
    std::int64_t from = 0;  ///< send what is newer
    std::int64_t origin = 0;
  };

  void keep(const std::string& object_sid, Cut cut) { cuts_[object_sid] = cut; }

  /// How to go on for a client that asks from that position; nothing if no replay was cut there. A replay
  /// from the beginning leaves the position of a client where it was: it only ever grows.
  std::optional<Span> take(const std::string& object_sid, std::int64_t position) {
    const auto found = cuts_.find(object_sid);
    if (found == cuts_.end()) return std::nullopt;
    const Cut cut = found->second;
    cuts_.erase(found);
    if (position != cut.reached && position != std::max(cut.asked, cut.reached)) return std::nullopt;
    return Span{cut.reached, cut.origin};
  }

 private:
  std::unordered_map<std::string, Cut> cuts_;
};

}  // namespace parley::chat_service
