#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace parley::detail {

/// One thread that a login does everything on: it may block on a disk, and no client's executor has to
/// outlive what it waits for. It starts with the first work.
class LoginThread {
 public:
  LoginThread() = default;
  ~LoginThread() { stop(); }
  LoginThread(const LoginThread&) = delete;
  LoginThread& operator=(const LoginThread&) = delete;

  /// Any thread may call it.
  void post(std::function<void()> work);
  boost::asio::any_io_executor executor() const { return io_->get_executor(); }

  /// Drops what has not begun. When this returns, nothing runs any more; on the thread itself, nothing but
  /// the caller. Nothing must be posted after it.
  void stop();

 private:
  using Io = boost::asio::io_context;

  // Shared with the thread, which may outlive this: it is let go when the last work on it was this one's end.
  std::shared_ptr<Io> io_ = std::make_shared<Io>(1);
  boost::asio::executor_work_guard<Io::executor_type> work_{io_->get_executor()};
  std::once_flag started_;
  std::thread thread_;
};

/// A request that goes on although nobody holds its login: the server has exchanged the session, and only its
/// answer tells the next one. While there are any, the end of the program waits for them, at most as long as
/// an exchange may take.
class UnheldRequest {
 public:
  UnheldRequest();
  ~UnheldRequest();
  UnheldRequest(const UnheldRequest&) = delete;
  UnheldRequest& operator=(const UnheldRequest&) = delete;
};

}  // namespace parley::detail
