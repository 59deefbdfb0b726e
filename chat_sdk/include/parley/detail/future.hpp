#pragma once
#include <boost/asio/async_result.hpp>
#include <future>
#include <memory>
#include <utility>

#include <parley/async.hpp>
#include <parley/export.hpp>

namespace boost::asio {

template <typename Allocator>
class use_future_t;

}  // namespace boost::asio

namespace parley::detail {

/// A completion, and the future that it fulfils.
template <class T>
struct Awaited {
  Completion<T> done;
  std::future<Result<T>> future;
};

/// The library has those of its own results compiled; a program compiles one for a result of its own.
template <class T>
PARLEY_API Awaited<T> make_awaited() {
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  return {[promise](Result<T> outcome) { promise->set_value(std::move(outcome)); }, std::move(future)};
}

}  // namespace parley::detail

/// What boost::asio::use_future makes of an operation that completes with a Result: the same future as Asio's
/// own way, which is a quarter of a second and 27 MB of compiling for each result.
template <typename Allocator, class T>
class boost::asio::async_result<boost::asio::use_future_t<Allocator>, void(parley::Result<T>)> {
 public:
  using return_type = std::future<parley::Result<T>>;

  template <class Initiation, class Token, class... Arguments>
  static return_type initiate(Initiation&& initiation, Token&&, Arguments&&... arguments) {
    auto awaited = parley::detail::make_awaited<T>();
    std::forward<Initiation>(initiation)(std::move(awaited.done), std::forward<Arguments>(arguments)...);
    return std::move(awaited.future);
  }
};
