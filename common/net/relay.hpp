#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "common/net/url.hpp"

namespace parley::net {

/// A TCP relay that can be cut: what a pulled cable does to a connection, for tests and the demo's tour.
/// All calls on the executor, which must be a strand or single-threaded.
class Relay {
 public:
  /// Forwards what arrives at 127.0.0.1:<chosen port> to `target`.
  Relay(boost::asio::any_io_executor executor, ListenAddress target);
  ~Relay();

  Result<ListenAddress> start();
  /// Resets every connection, and new ones as soon as they are made, until mend().
  void cut();
  void mend();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::net
