#include "common/net/src/acceptor.hpp"

#include "common/net/src/listener.hpp"

namespace parley::net {

using ErrorCode = boost::system::error_code;
using tcp = boost::asio::ip::tcp;

namespace {
// As many as may wait at once; whoever connects all the time must not keep us from stopping.
constexpr int kMostWaiting = 4096;
}  // namespace

Result<ListenAddress> Acceptor::listen(const ListenAddress& wanted) { return listen_on(acceptor_, wanted); }

Result<void> Acceptor::listen_beside(const Acceptor& first) {
  return share_listener(first.acceptor_, acceptor_);
}

void Acceptor::run(OnSocket on_socket, OnSocket on_last) {
  on_socket_ = std::move(on_socket);
  on_last_ = std::move(on_last);
  ErrorCode ignored;
  acceptor_.non_blocking(true, ignored);
  accept();
}

void Acceptor::accept() {
  spare_.hold();
  acceptor_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](ErrorCode error) {
    if (!error) self->on_waiting();
  });
}

/// Each call takes one connection that waits, so that the loop costs no more than its clients do.
void Acceptor::on_waiting() {
  if (!acceptor_.is_open()) return;
  const auto error = accept_one();
  if (!acceptor_.is_open()) return;
  // Another thread that shares the socket may have been faster.
  if (!error || error == boost::asio::error::would_block) return accept();
  // Nobody could be taken: trying again in a tight loop would cure nothing.
  pause_.expires_after(std::chrono::milliseconds(50));
  pause_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && self->acceptor_.is_open()) self->accept();
  });
}

ErrorCode Acceptor::accept_one() {
  tcp::socket socket(acceptor_.get_executor());
  const auto [error, with_spare] = spare_.accept([&] {
    ErrorCode failed;
    acceptor_.accept(socket, failed);
    return failed;
  });
  const auto& use = with_spare ? on_last_ : on_socket_;
  if (!error && use) use(std::move(socket));
  return error;
}

void Acceptor::finish() {
  ErrorCode error;
  acceptor_.non_blocking(true, error);
  for (int taken = 0; taken < kMostWaiting && !error && on_socket_; ++taken) {
    tcp::socket socket(acceptor_.get_executor());
    acceptor_.accept(socket, error);
    if (!error) on_socket_(std::move(socket));
  }
  acceptor_.close(error);
  pause_.cancel();
}

void Acceptor::close() {
  on_socket_ = nullptr;
  on_last_ = nullptr;
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace parley::net
