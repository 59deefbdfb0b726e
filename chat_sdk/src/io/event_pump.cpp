#include <parley/event_pump.hpp>

#include <mutex>

#include "chat_sdk/src/io/posting_executor.hpp"
#include "common/os/wake_descriptor.hpp"

namespace parley {
namespace {

/// What tells the loop that something waits.
class Bell {
 public:
  void ring() {
    set_descriptor();
    call_hook();
  }

  void set_descriptor() {
    const std::lock_guard lock(mutex_);
    if (descriptor_) descriptor_->set();
  }

  void call_hook() {
    std::unique_lock lock(mutex_);
    const auto hook = hook_;
    lock.unlock();
    if (hook && *hook) (*hook)();
  }

  void quiet() {
    const std::lock_guard lock(mutex_);
    if (descriptor_) descriptor_->clear();
  }

  void hook(std::function<void()> wake) {
    auto given = std::make_shared<const std::function<void()>>(std::move(wake));
    const std::lock_guard lock(mutex_);
    hook_.swap(given);
  }

  int fd() {
    const std::lock_guard lock(mutex_);
    if (!descriptor_) {
      auto opened = WakeDescriptor::open();
      if (!opened) return -1;
      descriptor_.emplace(std::move(*opened));
    }
    return descriptor_->fd();
  }

 private:
  std::mutex mutex_;
  std::optional<WakeDescriptor> descriptor_;
  std::shared_ptr<const std::function<void()>> hook_;
};

}  // namespace

class EventPump::Impl {
 public:
  ~Impl() {
    queue->let_go();
    queue->discard();
  }

  const std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  const std::shared_ptr<detail::LoopQueue> queue =
      std::make_shared<detail::LoopQueue>([bell = bell](const auto&) { bell->ring(); });
};

EventPump::EventPump() : impl_(std::make_unique<Impl>()) {}
EventPump::~EventPump() = default;

boost::asio::any_io_executor EventPump::executor() const { return detail::PostingExecutor(impl_->queue); }

std::size_t EventPump::poll() {
  if (impl_->queue->runs_here()) return 0;
  impl_->bell->quiet();
  const auto queue = impl_->queue;  // a handler may destroy the pump
  return queue->run();
}

// What came before there was a descriptor makes it readable, too; likewise with the hook.
int EventPump::fd() {
  const int fd = impl_->bell->fd();
  if (impl_->queue->waits()) impl_->bell->set_descriptor();
  return fd;
}

void EventPump::on_wake(std::function<void()> wake) {
  impl_->bell->hook(std::move(wake));
  if (impl_->queue->waits()) impl_->bell->call_hook();
}

}  // namespace parley
