#pragma once
#include <boost/asio/post.hpp>
#include <cstdint>
#include <memory>
#include <utility>

#include <parley/testing/manual_clock.hpp>

#include "tests/unit/net/loop.hpp"

namespace parley::testing {

/// A loop whose work is done whenever `time` waits for others. Both on the thread of the test.
class VirtualLoop : public net::test::Loop {
 public:
  explicit VirtualLoop(ManualClock& time)
      : membership_(time.virtual_time()->join([this](VirtualTime::Report report) {
          boost::asio::post(executor(),
                            [this, report = std::move(report)] { report(handlers_ - probes_++); });
        })) {
    time.also_run([this] {
      std::size_t done = 0;
      for (; context().poll_one() > 0; ++done) ++handlers_;
      return done;
    });
  }

 private:
  std::uint64_t handlers_ = 0;
  std::uint64_t probes_ = 0;  ///< of them
  std::shared_ptr<void> membership_;
};

}  // namespace parley::testing
