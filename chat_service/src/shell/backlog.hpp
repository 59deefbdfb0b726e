#pragma once
#include <chrono>
#include <cstddef>
#include <optional>

#include <parley/seams.hpp>

namespace parley::chat_service {

/// Tells a receiver that does not read from one that was just sent much at once: a burst may stand in its
/// queue for a while, but neither for long nor without end.
class Backlog {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(5);
  static constexpr std::size_t kHardFactor = 8;

  /// Call before sending. `queued` bytes still wait, `allowed` may do so for as long as they like. True: the
  /// receiver has had more than that for longer than kPatience, or kHardFactor times as much.
  bool is_too_much(std::size_t queued, std::size_t allowed, TimePoint now) {
    if (queued <= allowed) {
      since_.reset();
      return false;
    }
    if (!since_) since_ = now;
    return queued / kHardFactor > allowed || now - *since_ > kPatience;
  }

 private:
  std::optional<TimePoint> since_;
};

}  // namespace parley::chat_service
