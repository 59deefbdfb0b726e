#include "chat_sdk/src/io/loop_queue.hpp"

#include <algorithm>

namespace parley::detail {

LoopQueue::Pushed& LoopQueue::Pushed::operator=(Pushed&& other) noexcept {
  std::swap(to_wake_, other.to_wake_);
  std::swap(refused_, other.refused_);
  return *this;
}

LoopQueue::Pushed::~Pushed() {
  if (to_wake_) to_wake_->wake();
}

LoopQueue::Pushed LoopQueue::push(Work work) {
  const std::lock_guard lock(mutex_);
  if (ended_) return Pushed(std::move(work));
  queue_.push_back(std::move(work));
  return asked_ || runner_ ? Pushed() : ask_for_run();
}

// With the mutex. The caller is counted from here on, so that let_go() waits for the call to come.
LoopQueue::Pushed LoopQueue::ask_for_run() {
  asked_ = true;
  waking_.push_back(std::this_thread::get_id());
  return Pushed(shared_from_this());
}

void LoopQueue::wake() {
  std::unique_lock lock(mutex_);
  const auto wake = wake_;
  lock.unlock();
  (*wake)(shared_from_this());
  lock.lock();
  waking_.erase(std::find(waking_.begin(), waking_.end(), std::this_thread::get_id()));
  woken_.notify_all();
}

/// Marks the thread that runs the queue, also when a handler throws.
class LoopQueue::Turn {
 public:
  Turn(LoopQueue& queue, std::size_t& left) : queue_(queue) {
    const std::lock_guard lock(queue_.mutex_);
    if (queue_.runner_) return;
    mine_ = true;
    queue_.runner_ = std::this_thread::get_id();
    queue_.asked_ = false;
    left = queue_.queue_.size();
  }

  ~Turn() {
    Pushed after;
    const std::lock_guard lock(queue_.mutex_);
    if (!mine_) return;
    queue_.runner_.reset();
    if (!queue_.queue_.empty() && !queue_.ended_) after = queue_.ask_for_run();
  }

  bool is_mine() const { return mine_; }

 private:
  LoopQueue& queue_;
  bool mine_ = false;
};

std::size_t LoopQueue::run() {
  const auto self = shared_from_this();  // a handler may drop whatever else holds it
  std::size_t left = 0, done = 0;
  const Turn turn(*this, left);
  if (!turn.is_mine()) return 0;
  for (Work work = next(left); work; work = next(left), ++done) work->run();
  return done;
}

LoopQueue::Work LoopQueue::next(std::size_t& left) {
  const std::lock_guard lock(mutex_);
  const bool to_the_end = ended_ || is_waking_here();
  if (queue_.empty() || (left == 0 && !to_the_end)) return nullptr;
  if (left > 0) --left;
  Work work = std::move(queue_.front());
  queue_.pop_front();
  return work;
}

bool LoopQueue::runs_here() const {
  const std::lock_guard lock(mutex_);
  return runner_ == std::this_thread::get_id();
}

bool LoopQueue::waits() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void LoopQueue::discard() {
  std::deque<Work> dropped;
  const std::lock_guard lock(mutex_);
  asked_ = false;
  dropped.swap(queue_);
}

void LoopQueue::let_go() {
  std::shared_ptr<const Wake> gone;
  std::unique_lock lock(mutex_);
  ended_ = true;
  woken_.wait(lock, [this] {
    return std::all_of(waking_.begin(), waking_.end(),
                       [](auto thread) { return thread == std::this_thread::get_id(); });
  });
  gone.swap(wake_);
}

bool LoopQueue::is_waking_here() const {
  return std::find(waking_.begin(), waking_.end(), std::this_thread::get_id()) != waking_.end();
}

}  // namespace parley::detail
