#pragma once
#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>

namespace parley {

/// Lines on their way to standard error, written by a thread of their own, many at a time: who serves
/// requests never waits for whoever reads the log. Beyond 1 MiB of waiting lines new ones are dropped, and
/// their number is written when there is room again.
///
/// Any thread may add. The destructor writes what waits, for a second at most.
class LogLines {
 public:
  explicit LogLines(std::FILE* out);
  ~LogLines();
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  void add(std::string_view line);
  /// Has the lines written now and not within the next 100 ms.
  void flush();

 private:
  struct State;
  static void write_lines(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  ///< shared: a writer that hangs is left behind
  std::thread writer_;
};

}  // namespace parley
