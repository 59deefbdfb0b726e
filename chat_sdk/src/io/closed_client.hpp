#pragma once
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <parley/async.hpp>

namespace parley::detail {

/// Completes an operation on a handle whose client is gone. There is no callback executor any more either:
/// the handler's own is used, or the system's thread pool. Never inside the initiating call.
template <class T>
void complete_as_closed(Completion<T> done) {
  const auto executor = boost::asio::get_associated_executor(done, boost::asio::system_executor());
  boost::asio::post(boost::asio::system_executor(), [executor, done = std::move(done)]() mutable {
    boost::asio::dispatch(executor, [done = std::move(done)]() mutable {
      std::move(done)(Error{.code = Errc::client_closed, .message = "the client of this channel is closed"});
    });
  });
}

}  // namespace parley::detail
