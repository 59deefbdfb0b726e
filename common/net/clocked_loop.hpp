#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>

#include <parley/seams.hpp>

namespace parley::net {

/// Runs an io_context on one thread. If the clock is moved by a test, whoever moves it waits for what the
/// thread has to do.
///
/// Lifetime: shorter than the io_context's and the clock's.
class ClockedLoop {
 public:
  ClockedLoop(boost::asio::io_context& io, const Clock& clock);

  /// As io_context::run(). On one thread at a time.
  void run();

 private:
  boost::asio::io_context& io_;
  std::uint64_t handlers_ = 0;  ///< that have run; on the thread
  std::uint64_t probes_ = 0;    ///< of them
  std::shared_ptr<void> membership_;
};

}  // namespace parley::net
