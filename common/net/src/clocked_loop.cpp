#include "common/net/clocked_loop.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace parley::net {

ClockedLoop::ClockedLoop(boost::asio::io_context& io, const Clock& clock) : io_(io) {
  VirtualTime* time = clock.virtual_time();
  if (!time) return;
  membership_ = time->join([this, &io](VirtualTime::Report report) {
    boost::asio::post(io, [this, report = std::move(report)] { report(handlers_ - probes_++); });
  });
}

// Each handler is counted only if somebody asks: counting makes a turn of the loop dearer.
void ClockedLoop::run() {
  if (!membership_) {
    io_.run();
    return;
  }
  while (io_.run_one() > 0) ++handlers_;
}

}  // namespace parley::net
