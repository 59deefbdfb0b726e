#include "common/net/src/connection_limiter.hpp"

namespace parley::net {

class ConnectionLimiter::Place {
 public:
  Place(std::shared_ptr<ConnectionLimiter> limiter, const PeerKey& peer)
      : limiter_(std::move(limiter)), peer_(peer) {}
  ~Place() { limiter_->give_back(peer_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::shared_ptr<ConnectionLimiter> limiter_;
  PeerKey peer_;
};

ConnectionLimiter::Outcome ConnectionLimiter::take(const PeerKey& peer, Limits limits) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_peer_.find(peer);
    const auto here = found == by_peer_.end() ? 0 : found->second;
    // The peer's own limit comes first, so that the log names the peer that takes all there is.
    if (limits.per_address != 0 && here >= limits.per_address)
      return {.place = nullptr, .reached = ConnectionLimit::connections_per_address};
    if (taken_ >= limits.total) return {.place = nullptr, .reached = ConnectionLimit::connections};
    ++by_peer_[peer];
    ++taken_;
  }
  return {.place = std::make_shared<Place>(shared_from_this(), peer)};
}

void ConnectionLimiter::give_back(const PeerKey& peer) {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = by_peer_.find(peer);
  if (--found->second == 0) by_peer_.erase(found);
}

}  // namespace parley::net
