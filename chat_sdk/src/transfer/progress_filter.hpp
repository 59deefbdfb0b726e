#pragma once
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <parley/media.hpp>

namespace parley::detail {

/// What is told of the progress of one operation. A try that begins anew tells nothing until it is further
/// than all before it, so what the user sees never goes back. While one report waits to be told, newer ones
/// of its file take its place: a user who is slow sees fewer, and nothing piles up. Any thread may call it.
class ProgressFilter {
 public:
  /// True: something is to be told now; call take() where it is told.
  bool add(const Progress& progress);
  std::vector<Progress> take();

 private:
  static bool is_further(const Progress& progress, const Progress& before);

  std::mutex mutex_;
  std::vector<Progress> furthest_;  ///< by file
  std::vector<Progress> waiting_;   ///< one of each file at most
};

/// One turn in which something is to be told. A turn that is dropped, as by the loop of a user that refuses
/// it, tells nothing, and leaves the way free for the next one.
class ProgressTurn {
 public:
  explicit ProgressTurn(std::shared_ptr<ProgressFilter> filter) : filter_(std::move(filter)) {}
  ~ProgressTurn() {
    if (filter_) filter_->take();
  }
  ProgressTurn(const ProgressTurn&) = delete;
  ProgressTurn& operator=(const ProgressTurn&) = delete;

  /// What is to be told; once.
  std::vector<Progress> take() { return std::exchange(filter_, nullptr)->take(); }

 private:
  std::shared_ptr<ProgressFilter> filter_;  ///< null: taken
};

}  // namespace parley::detail
