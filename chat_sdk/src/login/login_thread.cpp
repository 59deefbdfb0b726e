#include "chat_sdk/src/login/login_thread.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>

namespace parley::detail {
namespace {

// Twice an exchange, and a store that takes its time.
constexpr auto kPatienceAtExit = std::chrono::seconds(21);

struct Unheld {
  std::mutex mutex;
  std::condition_variable changed;
  int count = 0;
};

// Never destroyed: a request may end while the process does.
Unheld& unheld() {
  static Unheld& all = *new Unheld;
  return all;
}

#ifndef _WIN32  // there the threads of a library are gone before its statics are
struct WaitAtExit {
  ~WaitAtExit() {
    std::unique_lock lock(unheld().mutex);
    unheld().changed.wait_for(lock, kPatienceAtExit, [] { return unheld().count == 0; });
  }
};
#endif

}  // namespace

UnheldRequest::UnheldRequest() {
#ifndef _WIN32
  // Made while a request runs, so that the libraries which that uses end after this.
  static const WaitAtExit at_exit;
#endif
  const std::lock_guard lock(unheld().mutex);
  ++unheld().count;
}

UnheldRequest::~UnheldRequest() {
  const std::lock_guard lock(unheld().mutex);
  --unheld().count;
  unheld().changed.notify_all();
}

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
