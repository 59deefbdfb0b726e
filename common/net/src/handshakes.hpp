#pragma once
#include <list>
#include <memory>
#include <optional>

#include "common/net/src/handshake_pool.hpp"

namespace parley::net {

/// The TLS handshakes of one server, all of them on one thread: how many wait for their peers, and the pool
/// that computes them.
class Handshakes {
 public:
  /// A handshake that waits for its peer.
  class Waiting {
   public:
    virtual ~Waiting() = default;
    /// Ends the wait, and the handshake.
    virtual void crowd_out() = 0;

   private:
    friend class Handshakes;
    std::optional<std::list<Waiting*>::iterator> place_;
  };

  Handshakes(std::shared_ptr<HandshakePool> pool, std::size_t max_waiting);

  /// If too many wait already, the one that has waited longest has to go: an honest peer answers within a
  /// round trip.
  void enter(Waiting& handshake);
  /// Harmless if it does not wait.
  void leave(Waiting& handshake);
  void submit(const PeerKey& peer, std::unique_ptr<HandshakeStep> step) {
    pool_->submit(peer, this, std::move(step));
  }
  /// No step comes back any more that has not been handed back when this returns.
  void withdraw() { pool_->withdraw(this); }
  const std::shared_ptr<HandshakePool>& pool() const { return pool_; }

 private:
  std::shared_ptr<HandshakePool> pool_;
  std::size_t max_waiting_;
  std::list<Waiting*> waiting_;  // the first has waited longest
};

}  // namespace parley::net
