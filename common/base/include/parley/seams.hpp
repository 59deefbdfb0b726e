#pragma once
#include <chrono>
#include <cstdint>
#include <span>

#include <parley/export.hpp>

namespace parley {

/// Time that never jumps: deadlines, back-off, liveness.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
/// Calendar time: token lives and dates on the wire.
using WallTime = std::chrono::system_clock::time_point;

/// Where a program takes the time from. Any thread may call it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall_now() const = 0;
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

}  // namespace parley
