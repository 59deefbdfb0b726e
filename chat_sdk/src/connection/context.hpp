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

/// What everything ends with that is pending when the client ends, or is asked of it afterwards.
inline Error client_closed() { return {.code = Errc::client_closed, .message = "the client is closed"}; }

}  // namespace parley::detail
