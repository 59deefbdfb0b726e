#include "chat_sdk/src/login/login_thread.hpp"

#include <boost/asio/post.hpp>

namespace parley::detail {

void LoginThread::post(std::function<void()> work) {
  std::call_once(started_, [this] { thread_ = std::thread([io = io_] { io->run(); }); });
  boost::asio::post(*io_, std::move(work));
}

void LoginThread::stop() {
  io_->stop();
  if (!thread_.joinable()) return;
  thread_.get_id() == std::this_thread::get_id() ? thread_.detach() : thread_.join();
}

}  // namespace parley::detail
