#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace parley::token_server {

/// The threads that serve requests: the caller's own runs the first, the others begin with start().
class WorkerThreads {
 public:
  explicit WorkerThreads(unsigned count);
  /// As finish().
  ~WorkerThreads();

  boost::asio::io_context& first() { return *contexts_.front(); }
  std::vector<boost::asio::any_io_executor> executors();

  /// `failed` is told, on the thread it happened to, what made a worker end; the process should end, too.
  void start(std::function<void(const std::string& what)> failed);
  /// Ends the other threads at once.
  void finish();

 private:
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
};

}  // namespace parley::token_server
