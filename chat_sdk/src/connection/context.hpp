#pragma once
#include <functional>
#include <string_view>

#include <parley/detail/done.hpp>
#include <parley/event.hpp>
#include <parley/options.hpp>
#include <parley/seams.hpp>

#include "chat_sdk/src/connection/log_line.hpp"

namespace parley::detail {

/// What all parts of the engine share. `now` is the time of the input being handled.
struct Context {
  TimePoint now{};
  WallTime wall_now{};
  Random& random;
  std::function<void(Event)> emit;
  LogHook log{};  ///< null: nobody reads it

  /// `add` adds what the line says to a LogLine; it is called only if somebody reads the line.
  template <class Add>
  void tell(LogLevel level, std::string_view event, const Add& add) const {
    if (!log) return;
    LogLine line(event);
    add(line);
    log(level, line.text());
  }
};

/// What everything ends with that is pending when the client ends, or is asked of it afterwards.
inline Error client_closed() { return {.code = Errc::client_closed, .message = "the client is closed"}; }

}  // namespace parley::detail
