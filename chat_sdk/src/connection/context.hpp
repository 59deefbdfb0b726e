#pragma once
#include <functional>

#include <parley/detail/done.hpp>
#include <parley/event.hpp>
#include <parley/seams.hpp>

namespace parley::detail {

/// What all parts of the engine share. `now` is the time of the input being handled.
struct Context {
  TimePoint now{};
  WallTime wall_now{};
  Random& random;
  std::function<void(Event)> emit;
};

}  // namespace parley::detail
