#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/net/src/fair_queue.hpp"
#include "common/net/src/peer_key.hpp"

namespace parley::net {

/// One piece of computing of one handshake: what has come from the peer is used, up to the next wait.
class HandshakeStep {
 public:
  /// `executor` is where the step comes from and returns to.
  explicit HandshakeStep(const boost::asio::any_io_executor& executor);
  virtual ~HandshakeStep() = default;

  /// On a thread of the pool. Must not block.
  virtual void compute() = 0;
  /// On the executor. False: compute() was not called, because too many steps wait.
  virtual void finish(bool computed) = 0;

 private:
  friend class HandshakePool;
  static void hand_back(std::unique_ptr<HandshakeStep> step, bool computed);

  boost::asio::any_io_executor executor_;  // which must not run out of work meanwhile
};

/// A few threads that compute TLS handshakes, so that the thread that serves everybody does not. Peers take
/// turns: one that begins a thousand handshakes holds up another's by one step.
///
/// Any thread. A step is destroyed on its executor, or by withdraw() and the destructor.
class HandshakePool {
 public:
  HandshakePool(std::size_t threads, std::size_t capacity);
  /// Steps that wait are destroyed.
  ~HandshakePool();
  HandshakePool(const HandshakePool&) = delete;
  HandshakePool& operator=(const HandshakePool&) = delete;

  /// One thread for each processor, but no more than four: with more the network is the limit.
  static std::size_t usual_threads();

  /// `owner` is whose withdraw() ends it.
  void submit(const PeerKey& peer, const void* owner, std::unique_ptr<HandshakeStep> step);
  /// Destroys the steps of `owner` that wait; those that are computed have been handed back when this
  /// returns.
  void withdraw(const void* owner);

 private:
  struct Entry {
    const void* owner;
    std::unique_ptr<HandshakeStep> step;
  };

  void run(const void*& computing_for);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable computed_;
  FairQueue<PeerKey, Entry> queue_;
  bool stopping_ = false;
  std::vector<const void*> computing_for_;  // each thread's current owner, or null
  std::vector<std::thread> threads_;
};

}  // namespace parley::net
