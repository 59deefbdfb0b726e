#include "chat_sdk/src/transfer/progress_filter.hpp"

#include <utility>

namespace parley::detail {

bool ProgressFilter::is_further(const Progress& progress, const Progress& before) {
  if (progress.bytes != before.bytes) return progress.bytes > before.bytes;
  return progress.state > before.state;
}

bool ProgressFilter::add(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  if (progress.file >= furthest_.size()) furthest_.resize(progress.file + 1);
  if (!is_further(progress, furthest_[progress.file])) return false;
  furthest_[progress.file] = progress;
  const bool first = waiting_.empty();
  if (!first && waiting_.back().file == progress.file)
    waiting_.back() = progress;
  else
    waiting_.push_back(progress);
  return first;
}

std::vector<Progress> ProgressFilter::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

}  // namespace parley::detail
