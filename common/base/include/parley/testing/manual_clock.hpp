#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>

#include <parley/error.hpp>
#include <parley/export.hpp>
#include <parley/seams.hpp>

namespace parley::testing {

namespace detail {
class World;
class Machine;
}  // namespace detail

/// The time of a test: stands still until the test moves it, then wakes whoever waits for it.
///
///     testing::ManualClock time;
///     service_options.seams.clock = &time;
///     client_options.seams.clock = &time;
///     ...
///     time.advance(std::chrono::hours(9));  // pings, tokens, back-off: all that happens in nine hours
///
/// It moves from one instant at which somebody wants to be woken to the next. At each it waits until the
/// services, clients and pipes that go by it have done what there is to do, so nobody misses a deadline
/// because threads of the test's machine were slow. It does not wait for what has no seam: other processes,
/// disks, sockets and timers of the test itself.
///
/// Thread rule: now() and wall_now() from any thread. Everything else from one thread at a time, which is
/// none that clients or services work on (no completion, no event handler). Lifetime: outlives what goes by
/// it.
class ManualClock final : public Clock {
 public:
  /// `start`: what the calendar shows at first. The steady clock begins anywhere above zero.
  PARLEY_API explicit ManualClock(WallTime start = std::chrono::system_clock::now());
  PARLEY_API ~ManualClock() override;
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;

  PARLEY_API TimePoint now() const override;
  PARLEY_API WallTime wall_now() const override;
  PARLEY_API VirtualTime* virtual_time() const override;

  /// Lets so much time pass, instant by instant. Not negative.
  PARLEY_API void advance(Duration by);

  /// Lets time pass, instant by instant, until `done` returns true, and `limit` at most. Returns what `done`
  /// returned last. `done` runs on the calling thread, while nobody works.
  PARLEY_API bool advance_until(const std::function<bool()>& done, Duration limit = std::chrono::hours(1));

  /// Time passes while nothing can be done, as when the whole process is stopped: everybody finds out at
  /// once, at the end of it. Not negative.
  PARLEY_API void jump(Duration by);

  /// The calendar shows `now`, on all machines but for what MachineClock::set_wall() has made wrong; no time
  /// passes.
  PARLEY_API void set_wall(WallTime now);

  /// Waits, without moving time, until nobody has anything to do. False: somebody still had after ten seconds
  /// of real time; the other functions go on then.
  PARLEY_API bool settle();

  /// For tests with an executor of their own that no thread runs: `poll` is called while time waits for
  /// others, and returns how many things it has done, as asio::io_context::poll() does.
  PARLEY_API void also_run(std::function<std::size_t()> poll);

  /// What an asynchronous operation brings, with as much time as it takes, and `limit` at most:
  /// Errc::timed_out then. An operation that also waits for something without a seam should be waited for
  /// with future.get().
  template <class T>
  Result<T> get(std::future<Result<T>> future, Duration limit = std::chrono::hours(1)) {
    const auto is_ready = [&] {
      return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    if (advance_until(is_ready, limit)) return future.get();
    return Error{.code = Errc::timed_out, .message = "nothing came within the virtual time allowed"};
  }

 private:
  friend class MachineClock;
  std::shared_ptr<detail::World> world_;
  std::shared_ptr<detail::Machine> machine_;
};

/// The clock of one machine among others, which may sleep: while its lid is closed its steady clock stands,
/// its timers do not ring, and its calendar goes on, as CLOCK_MONOTONIC and CLOCK_REALTIME do.
///
///     testing::MachineClock laptop(time);
///     alice_options.seams.clock = &laptop;
///     laptop.suspend();
///     time.advance(std::chrono::hours(9));
///     laptop.resume();
///
/// A real machine that sleeps receives nothing, either: let its FaultyPipe drop() what is sent. Thread rule
/// and lifetime: as of ManualClock, which it may outlive.
class MachineClock final : public Clock {
 public:
  PARLEY_API explicit MachineClock(const ManualClock& time);
  PARLEY_API ~MachineClock() override;
  MachineClock(const MachineClock&) = delete;
  MachineClock& operator=(const MachineClock&) = delete;

  PARLEY_API TimePoint now() const override;
  PARLEY_API WallTime wall_now() const override;
  PARLEY_API VirtualTime* virtual_time() const override;

  /// Harmless to repeat.
  PARLEY_API void suspend();
  PARLEY_API void resume();
  /// This machine's calendar shows `now`, right or wrong, and goes on from there.
  PARLEY_API void set_wall(WallTime now);

 private:
  std::shared_ptr<detail::Machine> machine_;
};

}  // namespace parley::testing
