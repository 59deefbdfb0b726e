#include "common/net/src/inbound_buffers.hpp"

#include <utility>

#include "common/base/limits.hpp"

namespace parley::net {

void InboundBuffers::set(Holder& who, std::size_t bytes) {
  if (bytes <= limits::kInboundFreeBytes) return release(who);
  if (!who.place_) who.place_ = holders_.insert(holders_.end(), {&who, 0});
  auto& held = (*who.place_)->bytes;
  bytes_ += bytes - held;
  held = bytes;
  while (bytes_ > limit_) {
    auto& longest = *holders_.front().who;
    release(longest);
    if (told_) told_(ConnectionLimit::inbound_buffers, longest.peer_address());
    longest.give_up_input();
  }
}

void InboundBuffers::release(Holder& who) {
  const auto place = std::exchange(who.place_, std::nullopt);
  if (!place) return;
  bytes_ -= (*place)->bytes;
  holders_.erase(*place);
}

}  // namespace parley::net
