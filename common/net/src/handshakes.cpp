#include "common/net/src/handshakes.hpp"

#include <utility>

namespace parley::net {

Handshakes::Handshakes(std::shared_ptr<HandshakePool> pool, std::size_t max_waiting)
    : pool_(std::move(pool)), max_waiting_(max_waiting) {}

void Handshakes::enter(Waiting& handshake) {
  handshake.place_ = waiting_.insert(waiting_.end(), &handshake);
  if (waiting_.size() <= max_waiting_) return;
  auto& longest = *waiting_.front();
  leave(longest);
  longest.crowd_out();
}

void Handshakes::leave(Waiting& handshake) {
  if (const auto place = std::exchange(handshake.place_, std::nullopt)) waiting_.erase(*place);
}

}  // namespace parley::net
