#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace parley::storage {

/// Moves what stands in the write-ahead log into the database file, on a thread and a connection of its own,
/// so that no commit waits for it.
///
/// The thread is started by the first wake(). wake() and take_finished() are for the thread that commits.
/// Failures are not told: the log then grows until the next try, or until the owner does it itself.
class Checkpointer {
 public:
  explicit Checkpointer(std::string path) : path_(std::move(path)) {}
  /// Waits for a run that is under way.
  ~Checkpointer();

  /// Begins a run, unless one is under way.
  void wake();
  /// True once after each run.
  bool take_finished() { return finished_.exchange(false); }

 private:
  void work();
  bool wait();
  static void run_once(const std::string& path);

  const std::string path_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wanted_ = false, ended_ = false;  ///< under the mutex
  std::atomic<bool> busy_{false}, finished_{false};
};

}  // namespace parley::storage
