#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace parley::token_server {

/// One thread that runs jobs in order.
///
/// Any thread may call, jobs included; but only stop() or the destructor from another thread than its own.
class JobQueue {
 public:
  using Job = std::function<void()>;

  /// `failed` is told, on the queue's thread, what a job threw; the next jobs run. Without it that ends the
  /// process: std::terminate().
  using Failed = std::function<void(const std::string& what)>;

  /// `capacity`: jobs that may wait.
  explicit JobQueue(std::size_t capacity, Failed failed = {});
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
  void run(const Job& job) const;

  const std::size_t capacity_;
  const Failed failed_;
  std::mutex mutex_;  ///< for the next two
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::condition_variable changed_;
  std::thread thread_;  ///< the last member: it uses the others
};

}  // namespace parley::token_server
