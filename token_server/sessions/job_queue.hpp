#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "token_server/sessions/fair_queue.hpp"

namespace parley::token_server {

/// One thread that runs jobs: first those of work that was admitted before, in order, then new ones in the
/// turn of a FairQueue.
///
/// Any thread may call, jobs included; but only stop() or the destructor from another thread than its own.
class JobQueue {
 public:
  using Job = std::function<void()>;

  /// A job that asks to be admitted.
  struct NewJob {
    Job run;
    Job give_up;  ///< runs instead, on the queue's thread, if the job has to give way to another's
  };
  using Limits = FairQueue<NewJob>::Limits;

  /// `failed` is told, on the queue's thread, what a job threw; the next jobs run. Without it that ends the
  /// process: std::terminate().
  using Failed = std::function<void(const std::string& what)>;

  /// `limits`: of new jobs that wait.
  explicit JobQueue(Limits limits, Failed failed = {});
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// False, and nothing runs, if there is no room for it or the queue is stopped.
  bool try_push(const QueueKey& key, NewJob job);
  /// For the rest of work that was admitted before: has no limit and goes first. Dropped if it is stopped.
  void push(Job job);
  /// Waits for the job that runs; those that wait are destroyed without having run. May be called twice.
  void stop();

 private:
  Job next();
  void run();
  void run(const Job& job) const;

  const Failed failed_;
  std::mutex mutex_;  ///< for the next three
  std::deque<Job> admitted_;
  FairQueue<NewJob> new_;
  bool stopped_ = false;
  std::condition_variable changed_;
  std::thread thread_;  ///< the last member: it uses the others
};

}  // namespace parley::token_server
