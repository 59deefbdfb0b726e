#pragma once
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <parley/error.hpp>

namespace parley {

/// How every asynchronous operation of parley completes: exactly once, with a Result<T>, on the callback
/// executor (or the handler's own), never inside the call that started it.
///
/// `token` may be a callback, boost::asio::use_future, use_awaitable, deferred (the default, awaitable), or
/// anything built on them. A cancellation slot bound to the handler completes it with Errc::cancelled; what
/// had been sent may still happen. A pending operation counts as work of the handler's executor.
///
/// A completion that throws does so out of that executor's run(); on a Runtime it ends the process.
template <class T>
using Completion = boost::asio::any_completion_handler<void(Result<T>)>;

template <class T>
using Signature = void(Result<T>);

}  // namespace parley
