#include "common/net/src/connect_race.hpp"

#include <boost/asio/post.hpp>

#include "common/os/close_on_exec.hpp"

namespace parley::net {

ConnectRace::ConnectRace(asio::any_io_executor executor, AddressRace race)
    : executor_(std::move(executor)), race_(std::move(race)), timer_(executor_) {}

void ConnectRace::start(Done done) {
  done_ = std::move(done);
  asio::post(executor_, [self = shared_from_this()] {
    if (self->done_) self->proceed();
  });
}

void ConnectRace::cancel() {
  done_ = nullptr;
  timer_.cancel();
  for (const auto& attempt : attempts_) {
    ErrorCode ignored;
    attempt->close(ignored);
  }
  attempts_.clear();
}

void ConnectRace::proceed() {
  if (race_.is_lost()) return finish(race_.last_error(), tcp::socket(executor_));
  if (const auto endpoint = race_.next(std::chrono::steady_clock::now())) attempt(*endpoint);
  wait();
}

// A socket that cannot be opened is tried again by async_connect(), which reports why.
void ConnectRace::attempt(const tcp::endpoint& endpoint) {
  const auto attempt = attempts_.emplace_back(std::make_shared<tcp::socket>(executor_));
  ErrorCode error;
  if (!attempt->open(endpoint.protocol(), error)) os::set_close_on_exec(attempt->native_handle());
  attempt->async_connect(endpoint, [self = shared_from_this(), attempt](ErrorCode failure) {
    if (self->done_) self->on_connected(attempt, failure);
  });
}

void ConnectRace::on_connected(const Attempt& attempt, ErrorCode error) {
  std::erase(attempts_, attempt);
  if (!error) return finish({}, std::move(*attempt));
  race_.on_failed(error);
  proceed();
}

void ConnectRace::wait() {
  const auto due = race_.due();
  if (!due) return void(timer_.cancel());
  timer_.expires_at(*due);
  timer_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && self->done_) self->proceed();
  });
}

void ConnectRace::finish(ErrorCode error, tcp::socket socket) {
  const auto done = std::exchange(done_, nullptr);
  cancel();
  done(error, std::move(socket));
}

}  // namespace parley::net
