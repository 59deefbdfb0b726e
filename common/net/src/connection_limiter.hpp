#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "common/net/connection_limit.hpp"
#include "common/net/src/peer_key.hpp"

namespace parley::net {

/// How many sockets of one listening address are open, in all and per peer. Its memory is bounded by the
/// sockets: an address without any is forgotten.
///
/// Any thread: servers that share a listening socket count together.
class ConnectionLimiter : public std::enable_shared_from_this<ConnectionLimiter> {
 public:
  struct Limits {
    std::size_t total;
    std::size_t per_address;  ///< 0: none
  };
  struct Outcome {
    std::shared_ptr<void> place;  ///< free again when the last copy is gone; null: a limit is reached
    ConnectionLimit reached = ConnectionLimit::connections;  ///< which, without a place
  };

  Outcome take(const PeerKey& peer, Limits limits);

 private:
  class Place;

  void give_back(const PeerKey& peer);

  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::map<PeerKey, std::size_t> by_peer_;
};

}  // namespace parley::net
