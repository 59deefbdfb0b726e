#pragma once
#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

#include <parley/seams.hpp>

#include "chat_service/src/transfer/progress.hpp"

namespace parley::chat_service {

/// One line on a terminal that says how far a command is: written again in its place, five times a second at
/// most, and blank at the end.
class ProgressLine {
 public:
  /// `out` is a terminal and outlives this object.
  ProgressLine(std::ostream& out, std::string command) : out_(out), command_(std::move(command)) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const Progress& progress, TimePoint now);
  /// Makes room for other text.
  void clear();

 private:
  void write(const std::string& text);

  std::ostream& out_;
  std::string command_;
  std::optional<TimePoint> shown_;
  std::size_t width_ = 0;  ///< of what stands there
};

/// "rules checked 12 of 24 (50 %)"
std::string describe(const Progress& progress);

}  // namespace parley::chat_service
