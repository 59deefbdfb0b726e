#include "common/net/src/connector.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace parley::net {
namespace {

constexpr Duration kLeastAttempt = std::chrono::milliseconds(250);

}  // namespace

Connector::Connector(asio::any_io_executor executor, Url url, TlsClientOptions tls, TimePoint deadline)
    : executor_(std::move(executor)),
      url_(std::move(url)),
      tls_(std::move(tls)),
      deadline_(deadline),
      resolver_(executor_),
      socket_(executor_),
      attempt_timer_(executor_) {}

void Connector::start(Done done) {
  done_ = std::move(done);
  asio::post(executor_, [self = shared_from_this()] {
    if (self->done_) self->resolve();
  });
}

void Connector::cancel() {
  done_ = nullptr;
  resolver_.cancel();
  attempt_timer_.cancel();
  ErrorCode ignored;
  socket_.close(ignored);
  if (tls_stream_) tls_stream_->close();
}

void Connector::enter_stage(const char* what) {
  stage_ = std::string(what) + " " + url_.host + ":" + std::to_string(url_.port);
}

void Connector::resolve() {
  enter_stage("resolve");
  ErrorCode not_an_address;
  const auto address = asio::ip::make_address(url_.host, not_an_address);
  if (!not_an_address) {
    endpoints_ = {tcp::endpoint(address, url_.port)};
    return connect_next({});
  }
  auto next = [self = shared_from_this()](ErrorCode error, const tcp::resolver::results_type& results) {
    if (!self->done_) return;
    if (error) return self->finish(self->failure(Errc::unresolved, error.message()));
    for (const auto& entry : results) self->endpoints_.push_back(entry.endpoint());
    self->connect_next({});
  };
  resolver_.async_resolve(url_.host, std::to_string(url_.port), std::move(next));
}

Duration Connector::share_of_time_left() const {
  const auto left = deadline_ - std::chrono::steady_clock::now();
  const auto attempts_left = static_cast<long>(endpoints_.size() - next_endpoint_ + 1);
  return std::max(left / attempts_left, kLeastAttempt);
}

void Connector::connect_next(ErrorCode last) {
  enter_stage("connect to");
  if (next_endpoint_ == endpoints_.size()) return finish(failure(Errc::unreachable, last.message()));
  const auto& endpoint = endpoints_[next_endpoint_++];
  socket_ = tcp::socket(executor_);
  if (next_endpoint_ < endpoints_.size()) limit_attempt();
  socket_.async_connect(endpoint,
                        [self = shared_from_this()](ErrorCode error) { self->on_connected(error); });
}

/// Not needed for the last address: the owner's deadline ends that attempt.
void Connector::limit_attempt() {
  attempt_timer_.expires_after(share_of_time_left());
  attempt_timer_.async_wait([self = shared_from_this(), attempt = next_endpoint_](ErrorCode cancelled) {
    ErrorCode ignored;
    if (!cancelled && attempt == self->next_endpoint_) self->socket_.close(ignored);
  });
}

void Connector::on_connected(ErrorCode error) {
  attempt_timer_.cancel();
  if (!done_) return;
  // The timer may close a socket that has just connected; its handler was queued behind this one then.
  if (!error && !socket_.is_open()) error = asio::error::timed_out;
  if (error == asio::error::operation_aborted) error = asio::error::timed_out;
  if (error) return connect_next(error);
  ErrorCode ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  if (url_.secure()) return secure();
  finish(make_plain_stream(std::move(socket_)));
}

void Connector::secure() {
  enter_stage("TLS with");
  auto context = make_client_context(tls_);
  if (!context) return finish(context.error());
  tls_stream_ = make_tls_client_stream(std::move(socket_), *context, url_.host, tls_.verify);
  tls_stream_->async_handshake(Side::client,
                               [self = shared_from_this()](ErrorCode error) { self->on_secured(error); });
}

void Connector::on_secured(ErrorCode error) {
  if (!done_) return;
  if (!error) return finish(std::move(tls_stream_));
  const auto problem = tls_stream_->certificate_problem();
  finish(failure(Errc::tls_failed, problem.empty() ? error.message() : error.message() + ": " + problem));
}

void Connector::finish(Result<std::unique_ptr<ByteStream>> result) {
  const auto done = std::exchange(done_, nullptr);
  done(std::move(result));
}

Error Connector::failure(Errc code, const std::string& words) const {
  return {.code = code, .message = stage_ + ": " + words};
}

}  // namespace parley::net
