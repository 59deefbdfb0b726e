#pragma once
#include <atomic>
#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include <parley/async.hpp>
#include <parley/event.hpp>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/io/posting_executor.hpp"

namespace parley::detail {

/// Runs work where it is given, and lets pass what it throws, which the system's executor does not.
struct InPlaceExecutor {
  template <class F>
  void execute(F&& work) const {
    std::decay_t<F> own(std::forward<F>(work));
    own();
  }
  static constexpr auto query(boost::asio::execution::blocking_t) {
    return boost::asio::execution::blocking.always;
  }
  friend bool operator==(const InPlaceExecutor&, const InPlaceExecutor&) noexcept { return true; }
  friend bool operator!=(const InPlaceExecutor&, const InPlaceExecutor&) noexcept { return false; }
};

/// The way out to the user: one strand on the user's executor, or the queue of the user's event loop, so that
/// events and completions come one at a time and in the order in which the engine made them. Every operation
/// completes exactly once: by its outcome, by cancellation, or by close() with Errc::client_closed.
///
/// Any thread may call any member. The mutex guards the members below, and whoever posts to the user's
/// executor holds it: so nobody is about to when let_go() returns. A queue is woken without it, because that
/// calls a function of the user's; LoopQueue::let_go() waits for who is about to.
///
/// What waits in the strand or the queue holds neither of them: where nobody runs it, it goes with them.
class Callbacks : public std::enable_shared_from_this<Callbacks> {
 public:
  /// Keeps a handler's executor awake, as any pending operation of Asio does.
  using Work = boost::asio::any_completion_executor;

  explicit Callbacks(const boost::asio::any_io_executor& executor);

  /// Registers an operation; the returned function delivers its outcome (the first one counts).
  /// `on_cancel` runs before a cancellation completes it, on the caller's thread.
  template <class T>
  Done<T> track(Completion<T> handler, std::function<void()> on_cancel = {});

  /// It hears nothing before begin().
  std::shared_ptr<void> attach(EventHandler handler);
  /// Tells an attached handler `first`, and from then on every event. Nothing if it was detached.
  void begin(const std::weak_ptr<void>& handler, Event first);
  void deliver(Event event);
  /// Runs something of the user's in turn with events and completions.
  void run(std::function<void()> work);

  /// The same for what is not the user's: also when closed.
  void run_always(std::function<void()> work);

  /// Completes everything tracked; no event comes after it.
  void close();
  /// After close() and close_last(): lets go of the user's executor, which may be gone from now on.
  void let_go();
  bool closed() const;
  template <class T>
  Work work_for(const Completion<T>& handler) const {
    const std::lock_guard lock(mutex_);
    Work executor = queue_ ? boost::asio::get_associated_executor(handler, InPlaceExecutor())
                           : boost::asio::get_associated_executor(handler, strand_);
    if (const auto* strand = executor.template target<Strand>()) executor = inner_executor(*strand);
    return boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
  }
  /// As track(), for what ends the client: close_last() completes it instead of close().
  Done<void> track_last(Completion<void> handler);
  void close_last();

 private:
  using Strand = boost::asio::strand<boost::asio::any_io_executor>;
  /// What close() completes.
  struct Pending {
    virtual ~Pending() = default;
    virtual void fail(Callbacks& callbacks, Error error) = 0;
  };
  template <class T>
  struct Operation;
  struct Handler {
    EventHandler call;
    bool begun = false;  ///< used on the strand only
  };

  static Work inner_executor(const Strand& strand);
  std::list<std::weak_ptr<Handler>> attached();
  /// False if closed already.
  bool add(std::uint64_t id, std::shared_ptr<Pending> operation);
  bool add_last(std::function<void()> fail);

  template <class T>
  void complete(Operation<T>& operation, Result<T> outcome);
  /// With the mutex; what it returns goes without.
  template <class T>
  LoopQueue::Pushed post(Completion<T> handler, Result<T> outcome, Work work);
  template <class F>
  LoopQueue::Pushed submit(F work);

  mutable std::mutex mutex_;
  std::shared_ptr<LoopQueue> queue_;  // of the user's loop; null: the strand is used
  Strand strand_;
  bool closed_ = false, last_closed_ = false;
  std::atomic<std::uint64_t> last_id_{0};
  std::map<std::uint64_t, std::shared_ptr<Pending>> operations_;
  std::list<std::function<void()>> last_operations_;
  std::list<std::weak_ptr<Handler>> handlers_;
};

template <class T>
struct Callbacks::Operation : Pending {
  Operation(std::uint64_t name, Completion<T> completion, Work its_work)
      : id(name), handler(std::move(completion)), work(std::move(its_work)) {}
  void fail(Callbacks& callbacks, Error error) override { callbacks.complete<T>(*this, std::move(error)); }

  std::uint64_t id;
  Completion<T> handler;  // taken by whoever completes first; guarded by the mutex
  Work work;
};

// The slot is bound before anybody can complete the operation: afterwards it may be gone.
template <class T>
Done<T> Callbacks::track(Completion<T> handler, std::function<void()> on_cancel) {
  auto slot = boost::asio::get_associated_cancellation_slot(handler);
  Work work = work_for(handler);
  const auto operation = std::make_shared<Operation<T>>(++last_id_, std::move(handler), std::move(work));
  if (slot.is_connected())
    slot.assign([weak = weak_from_this(), operation, on_cancel](boost::asio::cancellation_type) {
      if (on_cancel) on_cancel();
      if (const auto self = weak.lock())
        self->template complete<T>(*operation,
                                   Error{.code = Errc::cancelled, .message = "cancelled by the caller"});
    });
  if (!add(operation->id, operation)) complete<T>(*operation, client_closed());
  return [self = shared_from_this(), operation](Result<T> outcome) {
    self->template complete<T>(*operation, std::move(outcome));
  };
}

template <class T>
void Callbacks::complete(Operation<T>& operation, Result<T> outcome) {
  LoopQueue::Pushed after;
  Completion<T> handler;
  Work work;
  const std::lock_guard lock(mutex_);
  work.swap(operation.work);
  handler.swap(operation.handler);  // Boost 1.81: its move assignment wraps the handler in itself for ever
  operations_.erase(operation.id);
  if (handler) after = post<T>(std::move(handler), std::move(outcome), std::move(work));
}

// A handler that has no executor of its own runs here, in turn.
template <class T>
LoopQueue::Pushed Callbacks::post(Completion<T> handler, Result<T> outcome, Work work) {
  return submit([handler = std::move(handler), outcome = std::move(outcome),
                 work = std::move(work)]() mutable {
    auto executor = boost::asio::get_associated_executor(handler, InPlaceExecutor());
    boost::asio::dispatch(executor, [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
      std::move(handler)(std::move(outcome));
    });
  });
}

template <class F>
LoopQueue::Pushed Callbacks::submit(F work) {
  if (queue_) return queue_->push(LoopQueue::work(std::move(work)));
  boost::asio::post(strand_, std::move(work));
  return {};
}

}  // namespace parley::detail
