#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <parley/export.hpp>

namespace parley {

/// Time that never jumps: deadlines, back-off, liveness.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
/// Calendar time: token lives and dates on the wire.
using WallTime = std::chrono::system_clock::time_point;

/// Time that passes because somebody moves it, as in a test (parley::testing::ManualClock). Who waits for it
/// is woken by whoever moves it, and not by a timer of the machine. Any thread.
class VirtualTime {
 public:
  virtual ~VirtualTime() = default;

  /// Calls `wake` once, when the clock's now() has reached `at`. It runs on the thread that moves time, with
  /// the clock locked: it must do no more than post work to an executor. Dropping the handle calls it off;
  /// when that has returned, `wake` neither runs nor will run.
  [[nodiscard]] virtual std::shared_ptr<void> wake_at(TimePoint at, std::function<void()> wake) = 0;

  /// How much somebody has done so far: a number that has changed if anything was done since the last report.
  using Report = std::function<void(std::uint64_t activity)>;
  /// Must have `report` called, on the thread asked, behind everything that was posted to it before.
  using Probe = std::function<void(Report report)>;
  /// A thread that works by this clock. Whoever moves time waits until all such threads have nothing more to
  /// do, so that what one instant causes has happened before the next one comes. Holds until the handle is
  /// dropped.
  [[nodiscard]] virtual std::shared_ptr<void> join(Probe probe) = 0;
};

/// Where a program takes the time from. Any thread may call it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall_now() const = 0;
  /// Null: now() moves as the machine's steady clock does, so the machine's timers serve for waiting.
  virtual VirtualTime* virtual_time() const { return nullptr; }
};

/// Where a program takes chance from (ids, jitter). Not thread-safe: each owner has its own.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  /// Uniform in [0, 1).
  PARLEY_API double uniform();
};

/// The machine's clocks. Lives for ever.
PARLEY_API const Clock& system_clock();

/// What tests replace and users ignore, of a client or a service. Both must outlive it, and a client's
/// Runtime or executor, which may still end its work.
struct Seams {
  const Clock* clock = nullptr;  ///< null: the machine's
  Random* random = nullptr;      ///< null: the operating system's; one for each client and service
};

}  // namespace parley
