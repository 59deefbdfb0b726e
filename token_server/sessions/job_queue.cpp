#include "token_server/sessions/job_queue.hpp"

#include <exception>
#include <utility>

namespace parley::token_server {

JobQueue::JobQueue(Limits limits, Failed failed)
    : failed_(std::move(failed)), new_(limits), thread_([this] { run(); }) {}

JobQueue::~JobQueue() { stop(); }

bool JobQueue::try_push(const QueueKey& key, NewJob job) {
  FairQueue<NewJob>::Outcome pushed;  // destroyed outside the lock: what a job holds may call us
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    pushed = new_.push(key, std::move(job));
    if (pushed.accepted && pushed.displaced) admitted_.push_back(std::move(pushed.displaced->give_up));
  }
  changed_.notify_one();
  return pushed.accepted;
}

void JobQueue::push(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    admitted_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void JobQueue::stop() {
  std::deque<Job> dropped;  // destroyed outside the lock, like `waiting`
  FairQueue<NewJob> waiting({});
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(admitted_);
    std::swap(waiting, new_);
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// Nothing once the queue is stopped.
JobQueue::Job JobQueue::next() {
  std::optional<NewJob> taken;  // destroyed outside the lock
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || !admitted_.empty() || !new_.empty(); });
  if (stopped_) return {};
  if (admitted_.empty()) {
    taken = new_.pop();
    return std::move(taken->run);
  }
  Job job = std::move(admitted_.front());
  admitted_.pop_front();
  return job;
}

void JobQueue::run() {
  while (const Job job = next()) run(job);
}

void JobQueue::run(const Job& job) const {
  if (!failed_) return job();
  try {
    job();
  } catch (const std::exception& thrown) {
    failed_(thrown.what());
  }
}

}  // namespace parley::token_server
