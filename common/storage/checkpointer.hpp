#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace parley::storage {

/// Moves what stands in the write-ahead log into the database file, on a thread and a connection of its own,
/// so that no commit waits for it.
///
/// A run that cannot move everything, because somebody still reads what was there before, is repeated each
/// second until it can: afterwards a commit has little left to move, however long the log has become.
///
/// The thread is started by the first wake(). wake() and take_finished() are for the thread that commits.
/// Failures are not told: the log then grows until a later try.
class Checkpointer {
 public:
  explicit Checkpointer(std::string path) : path_(std::move(path)) {}
  /// Waits for a run that is under way.
  ~Checkpointer();

  /// Begins a run, unless one is under way.
  void wake();
  /// Once after each run: how many pages of the log are in the file.
  std::optional<int> take_finished();
  /// A run waits for somebody who reads old pages, or for the disk.
  bool is_held() const { return held_; }

 private:
  struct Run {
    bool complete = false;
    int moved = 0;  ///< pages
  };
  void work();
  Run run_until_complete();
  bool wait();
  bool rest();
  static Run run_once(const std::string& path);

  const std::string path_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wanted_ = false, ended_ = false;  ///< under the mutex
  std::optional<int> finished_;          ///< under the mutex
  std::atomic<bool> busy_{false}, held_{false};
};

}  // namespace parley::storage
