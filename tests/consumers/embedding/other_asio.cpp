#include "other_asio.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <functional>
#include <thread>

int run_other_asio() {
  boost::asio::io_context context;
  auto strand = boost::asio::make_strand(context);
  boost::asio::steady_timer timer(strand);
  int fired = 0;
  std::function<void()> again = [&] {
    timer.expires_after(std::chrono::milliseconds(1));
    timer.async_wait([&](const boost::system::error_code&) {
      if (++fired < 100) boost::asio::post(strand, again);
    });
  };
  boost::asio::post(strand, again);
  std::thread second([&] { context.run(); });
  context.run();
  second.join();
  return fired;
}
