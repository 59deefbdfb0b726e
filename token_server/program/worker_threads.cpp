#include "token_server/program/worker_threads.hpp"

#include <exception>

namespace parley::token_server {

WorkerThreads::WorkerThreads(unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    if (i > 0) guards_.emplace_back(contexts_.back()->get_executor());
  }
}

WorkerThreads::~WorkerThreads() { finish(); }

std::vector<boost::asio::any_io_executor> WorkerThreads::executors() {
  std::vector<boost::asio::any_io_executor> executors;
  for (auto& context : contexts_) executors.emplace_back(context->get_executor());
  return executors;
}

void WorkerThreads::start(std::function<void(const std::string&)> failed) {
  for (std::size_t i = 1; i < contexts_.size(); ++i)
    threads_.emplace_back([&context = *contexts_[i], failed] {
      try {
        context.run();
      } catch (const std::exception& thrown) {
        failed(thrown.what());
      }
    });
}

void WorkerThreads::finish() {
  for (std::size_t i = 1; i < contexts_.size(); ++i) contexts_[i]->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace parley::token_server
