#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace parley::token_server {

/// One thread that runs jobs in order.
///
/// Any thread may call, jobs included; but only stop() or the destructor from another thread than its own.
class JobQueue {
 public:
  using Job = std::function<void()>;

  /// `capacity`: jobs that may wait.
  explicit JobQueue(std::size_t capacity);
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// False, and nothing happens, if it is full or stopped.
  bool try_push(Job job);
  /// For the rest of work that was admitted before: also beyond the capacity. Dropped if it is stopped.
  void push(Job job);
  /// Waits for the job that runs; those that wait are destroyed without having run. May be called twice.
  void stop();

 private:
  bool push_below(Job job, std::size_t limit);
  void run();

  const std::size_t capacity_;
  std::mutex mutex_;  ///< for the next two
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::condition_variable changed_;
  std::thread thread_;  ///< the last member: it uses the others
};

}  // namespace parley::token_server
