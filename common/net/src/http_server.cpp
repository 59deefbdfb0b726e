#include "common/net/http_server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "common/net/src/http_connection.hpp"
#include "common/net/src/listener.hpp"
#include "common/net/src/tls_stream.hpp"

namespace parley::net {

/// The accepting half and the one timer. Pending operations keep it alive until the executor has run them.
class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
      : executor_(executor), acceptor_(executor), pause_(executor), sweep_(executor), grace_(executor) {
    state_->options = std::move(options);
    state_->handler = std::move(handler);
  }

  void on_upgrade(UpgradeCheck check, UpgradeHandler handler) {
    if (!check) check = [](const http::Request&) { return std::nullopt; };
    state_->upgrade_check = std::move(check);
    state_->upgrade_handler = std::move(handler);
  }

  Result<ListenAddress> start();
  void stop(Duration grace, std::function<void()> done);
  void shut();

 private:
  void accept();
  void on_accepted(ErrorCode error, tcp::socket socket);
  void admit(tcp::socket socket);
  void schedule_sweep();
  void sweep();
  void close_connections();
  void report_stopped_when_empty();

  asio::any_io_executor executor_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer sweep_;
  asio::steady_timer grace_;
  TlsContext tls_;
  bool sweeping_ = false;  // an expiry may be queued already when the timer is cancelled
  std::shared_ptr<HttpServerState> state_ = std::make_shared<HttpServerState>();
  /// One reference per open socket, upgraded ones too.
  std::shared_ptr<void> socket_count_ = std::make_shared<char>();
  std::vector<std::function<void()>> stop_waiters_;
};

Result<ListenAddress> HttpServer::Impl::start() {
  if (state_->options.tls) {
    auto context = make_server_context(*state_->options.tls);
    if (!context) return context.error();
    tls_ = *context;
  }
  auto address = listen_on(acceptor_, state_->options.listen);
  if (!address) return address.error();
  accept();
  sweeping_ = true;
  schedule_sweep();
  return address;
}

void HttpServer::Impl::accept() {
  acceptor_.async_accept([self = shared_from_this()](ErrorCode error, tcp::socket socket) {
    self->on_accepted(error, std::move(socket));
  });
}

void HttpServer::Impl::on_accepted(ErrorCode error, tcp::socket socket) {
  if (!acceptor_.is_open()) return;
  if (!error) {
    admit(std::move(socket));
    return accept();
  }
  // Out of descriptors, or the client has gone again: neither is cured by trying in a tight loop.
  pause_.expires_after(std::chrono::milliseconds(50));
  pause_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && self->acceptor_.is_open()) self->accept();
  });
}

void HttpServer::Impl::admit(tcp::socket socket) {
  const auto open = static_cast<std::size_t>(socket_count_.use_count() - 1);
  if (open >= state_->options.max_connections) return;  // closes it
  ErrorCode ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto stream = tls_ ? std::unique_ptr<ByteStream>(make_tls_server_stream(std::move(socket), tls_))
                     : make_plain_stream(std::move(socket));
  stream->hold(socket_count_);
  auto connection = std::make_shared<HttpConnection>(state_, std::move(stream));
  state_->connections.insert(connection);
  connection->start();
}

void HttpServer::Impl::schedule_sweep() {
  const auto& options = state_->options;
  const auto shortest = std::min({options.header_timeout, options.body_timeout, options.idle_timeout});
  // One timer for all connections: deadlines are kept within an eighth of the shortest, at no cost per
  // request.
  sweep_.expires_after(
      std::clamp<Duration>(shortest / 8, std::chrono::milliseconds(5), std::chrono::seconds(1)));
  sweep_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && self->sweeping_) self->sweep();
  });
}

void HttpServer::Impl::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const std::vector<std::shared_ptr<HttpConnection>> all(state_->connections.begin(),
                                                         state_->connections.end());
  for (const auto& connection : all) connection->check_deadline(now);
  schedule_sweep();
}

void HttpServer::Impl::stop(Duration grace, std::function<void()> done) {
  stop_waiters_.push_back(std::move(done));
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  state_->stopping = true;
  state_->on_connection_ended = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->report_stopped_when_empty();
  };
  grace_.expires_after(grace);
  grace_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled) self->close_connections();
  });
  const std::vector<std::shared_ptr<HttpConnection>> all(state_->connections.begin(),
                                                         state_->connections.end());
  for (const auto& connection : all) connection->close_when_idle();
  report_stopped_when_empty();
}

void HttpServer::Impl::close_connections() {
  const auto all = std::exchange(state_->connections, {});
  for (const auto& connection : all) connection->close();
  report_stopped_when_empty();
}

void HttpServer::Impl::report_stopped_when_empty() {
  if (!state_->connections.empty() || stop_waiters_.empty()) return;
  grace_.cancel();
  sweeping_ = false;
  sweep_.cancel();
  asio::post(executor_, [self = shared_from_this()] {
    for (auto& done : std::exchange(self->stop_waiters_, {})) done();
  });
}

void HttpServer::Impl::shut() {
  stop_waiters_.clear();
  state_->stopping = true;
  state_->on_connection_ended = nullptr;
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  sweeping_ = false;
  sweep_.cancel();
  grace_.cancel();
  close_connections();
}

HttpServer::HttpServer(boost::asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() { impl_->shut(); }

void HttpServer::on_upgrade(UpgradeCheck check, UpgradeHandler handler) {
  impl_->on_upgrade(std::move(check), std::move(handler));
}

Result<ListenAddress> HttpServer::start() { return impl_->start(); }

void HttpServer::stop(Duration grace, std::function<void()> done) { impl_->stop(grace, std::move(done)); }

}  // namespace parley::net
