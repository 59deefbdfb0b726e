#pragma once
#include <functional>

#include <parley/error.hpp>
#include <parley/event.hpp>
#include <parley/seams.hpp>

namespace parley::detail {

/// How an operation of the engine ends: exactly once, inside some call of the engine.
template <class T>
using Done = std::function<void(Result<T>)>;

/// What all parts of the engine share. `now` is the time of the input being handled.
struct Context {
  TimePoint now{};
  WallTime wall_now{};
  Random& random;
  std::function<void(Event)> emit;
};

}  // namespace parley::detail
