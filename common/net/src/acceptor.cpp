#include "common/net/src/acceptor.hpp"

#include "common/net/src/listener.hpp"

namespace parley::net {

using ErrorCode = boost::system::error_code;
using tcp = boost::asio::ip::tcp;

namespace {
// As many as may wait at once; whoever connects all the time must not keep us from stopping.
constexpr int kMostWaiting = 4096;

bool is_out_of_descriptors(const ErrorCode& error) {
  return error == boost::asio::error::no_descriptors ||
         error == boost::system::errc::too_many_files_open_in_system;
}
}  // namespace

Result<ListenAddress> Acceptor::listen(const ListenAddress& wanted) { return listen_on(acceptor_, wanted); }

Result<void> Acceptor::listen_beside(const Acceptor& first) {
  return share_listener(first.acceptor_, acceptor_);
}

void Acceptor::run(OnSocket on_socket, OnSocket on_last) {
  on_socket_ = std::move(on_socket);
  on_last_ = std::move(on_last);
  accept();
}

void Acceptor::accept() {
  acceptor_.async_accept([self = shared_from_this()](ErrorCode error, tcp::socket socket) {
    self->on_accepted(error, std::move(socket));
  });
}

void Acceptor::on_accepted(ErrorCode error, tcp::socket socket) {
  // A connection that was taken before the end is served: its client believes that it is connected.
  if (!error && on_socket_) on_socket_(std::move(socket));
  if (!acceptor_.is_open()) return;
  if (!error || (is_out_of_descriptors(error) && accept_last())) return accept();
  // Nobody was there to be taken: trying again in a tight loop would cure nothing.
  pause_.expires_after(std::chrono::milliseconds(50));
  pause_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && self->acceptor_.is_open()) self->accept();
  });
}

/// False if that fails, too. Each call takes one connection that waits, so that the loop costs no more than
/// its clients do.
bool Acceptor::accept_last() {
  spare_.release();
  tcp::socket socket(acceptor_.get_executor());
  ErrorCode error;
  acceptor_.non_blocking(true, error);
  acceptor_.accept(socket, error);
  if (!error && on_last_) on_last_(std::move(socket));
  spare_.hold();
  return !error;
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
