#include "token_server/sessions/job_queue.hpp"

#include <exception>
#include <limits>
#include <utility>

namespace parley::token_server {

JobQueue::JobQueue(std::size_t capacity, Failed failed)
    : capacity_(capacity), failed_(std::move(failed)), thread_([this] { run(); }) {}

JobQueue::~JobQueue() { stop(); }

bool JobQueue::try_push(Job job) { return push_below(std::move(job), capacity_); }

void JobQueue::push(Job job) { push_below(std::move(job), std::numeric_limits<std::size_t>::max()); }

bool JobQueue::push_below(Job job, std::size_t limit) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || jobs_.size() >= limit) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void JobQueue::stop() {
  std::deque<Job> dropped;  // destroyed outside the lock: what a job holds may call us
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void JobQueue::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
      if (stopped_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    run(job);
  }
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
