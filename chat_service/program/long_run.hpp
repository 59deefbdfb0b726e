#pragma once
#include <iosfwd>
#include <optional>
#include <string>

#include "chat_service/program/interruption.hpp"
#include "chat_service/program/progress_line.hpp"

namespace parley::chat_service {

/// One run of a command that may take long: it tells how far it is where standard error is a terminal, and
/// ends at a signal without harm.
class LongRun {
 public:
  explicit LongRun(const char* command);

  const OnProgress& on_progress() const { return on_progress_; }
  /// Makes room on the terminal for what is written by others.
  void clear();
  /// For people, on standard error.
  void remark(const std::string& text);
  /// Says what went wrong. Returns the exit code.
  int fail(const Error& error);

 private:
  const char* command_;
  Interruption interruption_;
  std::optional<ProgressLine> line_;
  OnProgress on_progress_;
};

}  // namespace parley::chat_service
