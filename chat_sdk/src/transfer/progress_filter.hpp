#pragma once
#include <mutex>
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

}  // namespace parley::detail
