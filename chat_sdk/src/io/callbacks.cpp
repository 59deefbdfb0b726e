#include "chat_sdk/src/io/callbacks.hpp"

#include <boost/asio/system_executor.hpp>

namespace parley::detail {
namespace {

std::shared_ptr<LoopQueue> queue_of(const boost::asio::any_io_executor& executor) {
  const auto* posting = executor.target<PostingExecutor>();
  return posting ? posting->queue() : nullptr;
}

}  // namespace

// A queue needs no strand: it runs one at a time by itself, and can be dropped as a whole.
Callbacks::Callbacks(const boost::asio::any_io_executor& executor)
    : queue_(queue_of(executor)), strand_(boost::asio::make_strand(executor)) {}

// It keeps the user's context as awake as the strand does. That of an io_context needs no memory of its own.
Callbacks::Work Callbacks::inner_executor(const Strand& strand) {
  using OfContext = boost::asio::io_context::executor_type;
  const boost::asio::any_io_executor inner = strand.get_inner_executor();
  if (const auto* own = inner.target<OfContext>()) return *own;
  return inner;
}

std::shared_ptr<void> Callbacks::attach(EventHandler handler) {
  const auto attached = std::make_shared<Handler>(Handler{std::move(handler)});
  const std::lock_guard lock(mutex_);
  handlers_.emplace_back(attached);
  return attached;
}

void Callbacks::begin(const std::weak_ptr<void>& handler, Event first) {
  run([handler, first = std::move(first)] {
    const auto attached = std::static_pointer_cast<Handler>(handler.lock());
    if (!attached) return;
    attached->begun = true;
    attached->call(first);
  });
}

void Callbacks::deliver(Event event) {
  run([this, event = std::move(event)] {
    for (const auto& weak : attached()) {
      // Asked before each call: the handler before may have detached this one, or closed the client.
      const auto handler = closed() ? nullptr : weak.lock();
      if (handler && handler->begun) handler->call(event);
    }
  });
}

void Callbacks::run(std::function<void()> work) {
  LoopQueue::Pushed after;
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  after = submit([self = shared_from_this(), work = std::move(work)] {
    if (!self->closed()) work();
  });
}

void Callbacks::run_always(std::function<void()> work) {
  LoopQueue::Pushed after;
  const std::lock_guard lock(mutex_);
  after = submit(std::move(work));
}

std::list<std::weak_ptr<Callbacks::Handler>> Callbacks::attached() {
  const std::lock_guard lock(mutex_);
  std::erase_if(handlers_, [](const auto& handler) { return handler.expired(); });
  return handlers_;
}

bool Callbacks::add(std::uint64_t id, std::shared_ptr<Pending> operation) {
  const std::lock_guard lock(mutex_);
  if (!closed_) operations_.emplace(id, std::move(operation));
  return !closed_;
}

void Callbacks::close() {
  std::map<std::uint64_t, std::shared_ptr<Pending>> pending;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    pending.swap(operations_);
  }
  for (const auto& [id, operation] : pending) operation->fail(*this, client_closed());
}

Done<void> Callbacks::track_last(Completion<void> handler) {
  Work work = work_for(handler);
  const auto operation = std::make_shared<Operation<void>>(++last_id_, std::move(handler), std::move(work));
  const auto done = [self = shared_from_this(), operation](Result<void> outcome) {
    self->complete<void>(*operation, std::move(outcome));
  };
  if (!add_last([this, operation] { complete<void>(*operation, client_closed()); })) done(client_closed());
  return done;
}

bool Callbacks::add_last(std::function<void()> fail) {
  const std::lock_guard lock(mutex_);
  if (!last_closed_) last_operations_.push_back(std::move(fail));
  return !last_closed_;
}

void Callbacks::close_last() {
  std::list<std::function<void()>> pending;
  {
    const std::lock_guard lock(mutex_);
    last_closed_ = true;
    pending.swap(last_operations_);
  }
  for (const auto& complete : pending) complete();
}

void Callbacks::let_go() {
  Strand last = boost::asio::make_strand(boost::asio::any_io_executor(boost::asio::system_executor()));
  std::shared_ptr<LoopQueue> queue;
  const std::lock_guard lock(mutex_);
  std::swap(strand_, last);
  queue.swap(queue_);
}

bool Callbacks::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace parley::detail
