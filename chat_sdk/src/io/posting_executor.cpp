#include "chat_sdk/src/io/posting_executor.hpp"

#include <atomic>

namespace parley::detail {
namespace {

/// What the user's loop is given: run once at most. If the loop destroys it instead, what was to be run goes.
class PostedTurn {
 public:
  explicit PostedTurn(std::shared_ptr<LoopQueue> queue) : queue_(std::move(queue)) {}
  PostedTurn(const PostedTurn&) = delete;
  PostedTurn& operator=(const PostedTurn&) = delete;
  ~PostedTurn() {
    if (!done_) queue_->discard();
  }

  void run() {
    if (!done_.exchange(true)) queue_->run();
  }

 private:
  std::shared_ptr<LoopQueue> queue_;
  std::atomic<bool> done_ = false;
};

}  // namespace

// Services that are asked for by strands and timers outlive whoever uses them, in whatever order all that
// ends.
boost::asio::execution_context& PostingExecutor::query(boost::asio::execution::context_t) const noexcept {
  static auto& context = *new boost::asio::execution_context;
  return context;
}

std::shared_ptr<LoopQueue> make_posting_queue(std::function<void(std::function<void()>)> post,
                                              std::function<void()> failed) {
  const auto told = std::make_shared<std::atomic<bool>>(false);
  return std::make_shared<LoopQueue>(
      [post = std::move(post), failed = std::move(failed), told](const std::shared_ptr<LoopQueue>& queue) {
        try {
          post([turn = std::make_shared<PostedTurn>(queue)] { turn->run(); });
          *told = false;
        } catch (...) {  // its text may hold anything; the log must not
          if (!told->exchange(true)) failed();
        }
      });
}

}  // namespace parley::detail
