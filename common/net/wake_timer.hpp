#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include <parley/seams.hpp>

namespace parley::net {

/// Wakes its owner when a clock says so: by a timer of the machine, or, if the clock is moved by a test, by
/// whoever moves it.
///
/// Thread rule: everything on the executor, which must be a strand or single-threaded. Lifetime: the clock
/// outlives it. It may be destroyed within `wake`; afterwards `wake` is not called any more.
class WakeTimer {
 public:
  WakeTimer(boost::asio::any_io_executor executor, const Clock& clock, std::function<void()> wake);
  ~WakeTimer();
  WakeTimer(const WakeTimer&) = delete;
  WakeTimer& operator=(const WakeTimer&) = delete;

  /// Calls `wake` once, on the executor, never inside this call, when the clock has reached `at`. Replaces
  /// the time it waited for before.
  void wait_until(TimePoint at);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace parley::net
