#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

namespace parley::chat_service {

/// Where the replays began that were cut on one connection, see Replay.
class ReplayOrigins {
 public:
  struct Cut {
    std::int64_t reached = 0;  ///< the last event sent: where the client goes on from
    std::int64_t origin = 0;   ///< the position it had when it began
  };

  void keep(const std::string& object_sid, Cut cut) { cuts_[object_sid] = cut; }

  /// Where a client at that position began: the origin if it goes on from a cut, else the position itself.
  std::int64_t take(const std::string& object_sid, std::int64_t position) {
    const auto found = cuts_.find(object_sid);
    if (found == cuts_.end()) return position;
    const Cut cut = found->second;
    cuts_.erase(found);
    return cut.reached == position ? cut.origin : position;
  }

 private:
  std::unordered_map<std::string, Cut> cuts_;
};

}  // namespace parley::chat_service
