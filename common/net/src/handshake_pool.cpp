#include "common/net/src/handshake_pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

namespace parley::net {

namespace asio = boost::asio;

HandshakeStep::HandshakeStep(const asio::any_io_executor& executor)
    : executor_(asio::prefer(executor, asio::execution::outstanding_work.tracked)) {}

void HandshakeStep::hand_back(std::unique_ptr<HandshakeStep> step, bool computed) {
  const auto executor = step->executor_;
  asio::post(executor, [step = std::move(step), computed] { step->finish(computed); });
}

HandshakePool::HandshakePool(std::size_t threads, std::size_t capacity)
    : queue_(capacity), computing_for_(threads, nullptr) {
  for (auto& computing_for : computing_for_)
    threads_.emplace_back([this, &computing_for] { run(computing_for); });
}

HandshakePool::~HandshakePool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

std::size_t HandshakePool::usual_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
}

void HandshakePool::submit(const PeerKey& peer, const void* owner, std::unique_ptr<HandshakeStep> step) {
  {
    const std::lock_guard lock(mutex_);
    auto crowded_out = queue_.push(peer, {owner, std::move(step)});
    // It may be another owner's, whose withdraw() must not return before this.
    if (crowded_out) HandshakeStep::hand_back(std::move(crowded_out->step), false);
  }
  wake_.notify_one();
}

void HandshakePool::withdraw(const void* owner) {
  std::unique_lock lock(mutex_);
  const auto waiting = queue_.take_if([&](const Entry& entry) { return entry.owner == owner; });
  computed_.wait(lock, [&] { return std::ranges::find(computing_for_, owner) == computing_for_.end(); });
  lock.unlock();  // before the steps go: they may hold what ends with them
}

void HandshakePool::run(const void*& computing_for) {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    auto entry = *queue_.pop();
    computing_for = entry.owner;
    lock.unlock();
    entry.step->compute();
    HandshakeStep::hand_back(std::move(entry.step), true);
    lock.lock();
    computing_for = nullptr;
    computed_.notify_all();
  }
}

}  // namespace parley::net
