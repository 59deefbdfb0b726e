#pragma once
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "chat_sdk/src/io/loop_queue.hpp"

namespace parley::detail {

/// An executor of Asio whose work runs in the event loop of a LoopQueue. dispatch() runs work at once if the
/// caller is in that loop. Pending work does not keep the loop: an event loop ends when the program wants it.
/// Two are equal if they lead to the same loop and run work in the same way.
class PostingExecutor {
 public:
  explicit PostingExecutor(std::shared_ptr<LoopQueue> queue) : queue_(std::move(queue)) {}

  const std::shared_ptr<LoopQueue>& queue() const { return queue_; }

  template <class F>
  void execute(F&& work) const {
    std::decay_t<F> own(std::forward<F>(work));
    if (!never_inside_ && queue_->runs_here()) return static_cast<void>(own());
    const auto after = queue_->push(LoopQueue::work(std::move(own)));
  }

  /// For services of Asio: one for all loops, which lives as long as the process does.
  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept;
  boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept {
    if (never_inside_) return boost::asio::execution::blocking.never;
    return boost::asio::execution::blocking.possibly;
  }
  PostingExecutor require(boost::asio::execution::blocking_t::never_t) const { return {queue_, true}; }
  PostingExecutor require(boost::asio::execution::blocking_t::possibly_t) const { return {queue_, false}; }

  friend bool operator==(const PostingExecutor& a, const PostingExecutor& b) noexcept {
    return a.queue_ == b.queue_ && a.never_inside_ == b.never_inside_;
  }
  friend bool operator!=(const PostingExecutor& a, const PostingExecutor& b) noexcept { return !(a == b); }

 private:
  PostingExecutor(std::shared_ptr<LoopQueue> queue, bool never_inside)
      : queue_(std::move(queue)), never_inside_(never_inside) {}

  std::shared_ptr<LoopQueue> queue_;
  bool never_inside_ = false;  ///< not inside of execute()
};

/// A queue whose turns are given to `post`, see ClientOptions::post. `failed` is called, on the thread that
/// wanted to post, when `post` has thrown for the first time, and again only if it did not throw in between.
std::shared_ptr<LoopQueue> make_posting_queue(std::function<void(std::function<void()>)> post,
                                              std::function<void()> failed);

}  // namespace parley::detail
