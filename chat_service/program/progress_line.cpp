#include "chat_service/program/progress_line.hpp"

#include <algorithm>
#include <ostream>

namespace parley::chat_service {
namespace {

constexpr auto kBetween = std::chrono::milliseconds(200);

}  // namespace

std::string describe(const Progress& progress) {
  std::string text(progress.doing);
  if (progress.done == 0 && progress.total == 0) return text;
  text += " " + std::to_string(progress.done);
  if (progress.total == 0) return text;
  const auto percent =
      static_cast<int>(100.0 * static_cast<double>(progress.done) / static_cast<double>(progress.total));
  return text + " of " + std::to_string(progress.total) + " (" + std::to_string(percent) + " %)";
}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const Progress& progress, TimePoint now) {
  if (shown_ && now - *shown_ < kBetween) return;
  shown_ = now;
  write(command_ + ": " + describe(progress));
}

void ProgressLine::clear() {
  if (width_ == 0) return;
  write("");
  out_ << '\r' << std::flush;
}

// Blanks cover the rest of a longer line: a terminal without escape sequences shows the same.
void ProgressLine::write(const std::string& text) {
  out_ << '\r' << text << std::string(width_ - std::min(width_, text.size()), ' ') << std::flush;
  width_ = text.size();
}

}  // namespace parley::chat_service
