#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

namespace parley::net {

/// The life of a program: runs `io` on this thread until SIGINT or SIGTERM arrives, then calls `stop` once
/// (on this thread) and runs on until all work has ended, at most 5 s. Also returns when somebody stops `io`.
/// A second signal ends the process at once, as if nobody had asked.
void run_until_signal(boost::asio::io_context& io, const std::function<void()>& stop);

}  // namespace parley::net
