#pragma once
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include <parley/runtime.hpp>

namespace parley::demo {

/// Runs `act` on the runtime's thread and waits for its result: what lives there is touched there only.
/// Not to be called on that thread.
template <class Act>
auto on_runtime(Runtime& runtime, Act act) {
  std::packaged_task<decltype(act())()> task(std::move(act));
  auto result = task.get_future();
  // Wrapped: Asio takes a bare packaged_task for a completion token and asks it for its future again.
  boost::asio::post(runtime.executor(), [task = std::move(task)]() mutable { task(); });
  return result.get();
}

}  // namespace parley::demo
