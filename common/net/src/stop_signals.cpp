#include "common/net/stop_signals.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>

namespace parley::net {
namespace {

/// SIGHUP as long as it lives. Pending waits may outlive it where somebody stopped the io_context.
class ReloadSignal {
 public:
  ReloadSignal(boost::asio::io_context& io, std::function<void()> reload)
      : signals_(std::make_shared<boost::asio::signal_set>(io)) {
#ifdef SIGHUP
    if (!reload) return;
    signals_->add(SIGHUP);
    wait(signals_, std::make_shared<const std::function<void()>>(std::move(reload)));
#else
    (void)reload;
#endif
  }

  /// From now on the signal does nothing: a program that stops must not be killed by it.
  void ignore() { signals_->cancel(); }

 private:
  using Signals = std::shared_ptr<boost::asio::signal_set>;
  using Action = std::shared_ptr<const std::function<void()>>;

  static void wait(const Signals& signals, const Action& reload) {
    signals->async_wait([weak = std::weak_ptr(signals), reload](boost::system::error_code error, int) {
      const auto self = weak.lock();
      if (error || !self) return;
      (*reload)();
      wait(self, reload);
    });
  }

  Signals signals_;
};

}  // namespace

void run_until_signal(boost::asio::io_context& io, const std::function<void()>& stop, SignalOptions options) {
#ifdef SIGPIPE
  // Whoever reads our output may go away; the program stays.
  std::signal(SIGPIPE, SIG_IGN);
#endif
  // Shared: where somebody stopped `io`, the handler may outlive this call.
  const auto signalled = std::make_shared<bool>(false);
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([signalled, &io](boost::system::error_code error, int) {
    *signalled = !error;
    if (!error) io.stop();
  });
  ReloadSignal reload(io, std::move(options.reload));
  auto work = boost::asio::make_work_guard(io);  // what `stop` starts must find a context that runs
  io.run();  // one call for all: between calls Asio forgets the memory it keeps for the next operation
  // Gives the signals their default meaning back: a second one ends the process.
  signals.clear();
  if (!*signalled) return;
  io.restart();
  reload.ignore();
  stop();
  work.reset();
  io.run_for(options.patience);
}

}  // namespace parley::net
