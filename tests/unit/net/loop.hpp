#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>

namespace parley::net::test {

/// The one thread of a test: servers and clients share it, so a test is a straight line.
class Loop {
 public:
  boost::asio::any_io_executor executor() { return context_.get_executor(); }
  boost::asio::io_context& context() { return context_; }

  /// Runs until `condition` holds. False after ten seconds: something that had to happen did not.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      context_.run_one_for(std::chrono::milliseconds(50));
    }
    return true;
  }

  /// Runs everything that is ready now.
  void settle() { context_.poll(); }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
};

}  // namespace parley::net::test
