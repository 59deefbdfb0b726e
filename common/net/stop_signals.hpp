#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include <parley/seams.hpp>

namespace parley::net {

struct SignalOptions {
  /// SIGHUP: the program reads its configuration again. Runs on the thread of run_until_signal(), as often as
  /// the signal comes, but not any more once the program stops. Empty, or a system without that signal: it
  /// keeps its default meaning.
  std::function<void()> reload{};
  Duration patience = std::chrono::seconds(5);  ///< at most so long after `stop`
};

/// The life of a program: runs `io` on this thread until SIGINT or SIGTERM arrives, then calls `stop` once
/// (on this thread) and runs on until all work has ended, at most `options.patience`. Also returns when
/// somebody stops `io`. A second SIGINT or SIGTERM ends the process at once, as if nobody had asked.
void run_until_signal(boost::asio::io_context& io, const std::function<void()>& stop,
                      SignalOptions options = {});

}  // namespace parley::net
