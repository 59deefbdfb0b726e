#include "common/net/stop_signals.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>

namespace parley::net {

void run_until_signal(boost::asio::io_context& io, const std::function<void()>& stop) {
  constexpr auto kPatience = std::chrono::seconds(5);
#ifdef SIGPIPE
  // Whoever reads our output may go away; the program stays.
  std::signal(SIGPIPE, SIG_IGN);
#endif
  // Shared: where somebody stopped `io`, the handler may outlive this call.
  const auto signalled = std::make_shared<bool>(false);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([signalled](boost::system::error_code error, int) { *signalled = !error; });
  while (!*signalled && io.run_one() > 0) {
  }
  // Gives the signals their default meaning back: a second one ends the process.
  signals.clear();
  if (!*signalled) return;
  stop();
  io.run_for(kPatience);
}

}  // namespace parley::net
