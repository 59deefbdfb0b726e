#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include <parley/export.hpp>

namespace parley {

/// Completions and events of clients inside an event loop of the program's own: plain poll(), GTK, Qt, a
/// game.
///
///     parley::Runtime runtime;                      // sockets and timers, on a thread of their own
///     parley::EventPump pump;
///     options.callbacks = pump.executor();
///     parley::Client client(runtime, options);
///     while (running) { wait_for(pump.fd()); pump.poll(); }
///
/// The loop is woken by fd() or by on_wake(), whichever suits it. One pump serves any number of clients.
///
/// Threads: poll(), fd(), on_wake() and the destructor on the thread of the loop; executor() anywhere.
/// Lifetime: may end before its clients and inside one of its handlers. What waits then is destroyed without
/// being run, as is what comes later: nobody hears of it.
class EventPump {
 public:
  PARLEY_API EventPump();
  /// Returns when no other thread is in the function of on_wake().
  PARLEY_API ~EventPump();
  EventPump(const EventPump&) = delete;
  EventPump& operator=(const EventPump&) = delete;

  /// Where poll() runs things: for ClientOptions::callbacks, co_spawn and bind_executor. A Client's own
  /// executor should be that of a Runtime or an io_context: a pump runs no sockets.
  PARLEY_API boost::asio::any_io_executor executor() const;

  /// Runs what is ready, in order, and says how many handlers that were; never waits. What the handlers
  /// themselves cause is run by the next poll(). Inside of a handler it runs nothing and returns 0, so a
  /// dialog with a loop of its own hears of nothing until its handler returns. What a handler throws leaves
  /// through poll(); the next one goes on behind it.
  PARLEY_API std::size_t poll();

  /// A descriptor that is readable while poll() has something to run: for poll(), epoll, GLib and
  /// QSocketNotifier. Do not read from it or close it; it lives as long as the pump. -1: no descriptors are
  /// left, or the system is not POSIX.
  PARLEY_API int fd();

  /// `wake` is called when poll() has something to run, from any thread (inside on_wake() if something waits
  /// already), and not again until the next poll(); a call that comes late may find nothing left to run. It
  /// must not block, throw or call poll(). Replaces the one before, of which a call may still be under way on
  /// another thread.
  PARLEY_API void on_wake(std::function<void()> wake);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
