#pragma once
#include <boost/asio/any_io_executor.hpp>

namespace parley::detail {

/// Where a client does its work.
struct Executors {
  boost::asio::any_io_executor io;    ///< sockets and timers
  boost::asio::any_io_executor user;  ///< what the user gave: callbacks, and work of token sources
};

/// Where sockets of the library may live that was given `user`.
///
/// In the static libraries that is `user` itself. The shared library has a copy of Asio of its own, in which
/// the program's io_context is no more than an executor: a socket of one copy, worked on by a thread that
/// runs the other's io_context, ends the process. So its sockets live on one thread of its own, which all
/// clients share.
boost::asio::any_io_executor io_executor(const boost::asio::any_io_executor& user);

/// Is the caller on that thread? False in the static libraries.
bool is_io_thread();

}  // namespace parley::detail
