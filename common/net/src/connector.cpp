#include "common/net/src/connector.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace parley::net {
namespace {

/// RFC 8305's delay between two attempts, and how short it may become when time is.
constexpr Duration kAttemptDelay = std::chrono::milliseconds(250);
constexpr Duration kShortestAttemptDelay = std::chrono::milliseconds(10);

/// Every address has its turn in the first half of the time left.
Duration delay_for(std::size_t addresses, TimePoint deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  const auto share = left / static_cast<long>(2 * std::max<std::size_t>(addresses, 1));
  return std::clamp<Duration>(share, kShortestAttemptDelay, kAttemptDelay);
}

}  // namespace

Connector::Connector(asio::any_io_executor executor, Way way, TimePoint deadline)
    : executor_(std::move(executor)),
      way_(std::move(way)),
      host_(way_.proxy ? way_.proxy->host : way_.url.host),
      port_(way_.proxy ? way_.proxy->port : way_.url.port),
      deadline_(deadline),
      resolver_(executor_) {}

void Connector::start(Done done) {
  done_ = std::move(done);
  asio::post(executor_, [self = shared_from_this()] {
    if (self->done_) self->resolve();
  });
}

void Connector::cancel() {
  done_ = nullptr;
  resolver_.cancel();
  if (race_) race_->cancel();
  if (tunnel_) tunnel_->cancel();
  if (tls_stream_) tls_stream_->close();
}

void Connector::enter_first_stage(const char* what) {
  stage_ = std::string(what) + (way_.proxy ? " proxy " : " ") + join_host_port(host_, port_);
}

void Connector::resolve() {
  enter_first_stage("resolve");
  ErrorCode not_an_address;
  const auto address = asio::ip::make_address(host_, not_an_address);
  if (!not_an_address) return race({tcp::endpoint(address, port_)});
  // The system's resolver cannot be stopped: what waits for it holds nothing of the caller.
  auto next = [weak = weak_from_this()](ErrorCode error, const tcp::resolver::results_type& results) {
    const auto self = weak.lock();
    if (!self || !self->done_) return;
    if (error) return self->finish(self->failure(Errc::unresolved, error.message()));
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : results) endpoints.push_back(entry.endpoint());
    self->race(endpoints);
  };
  resolver_.async_resolve(host_, std::to_string(port_), std::move(next));
}

void Connector::race(const std::vector<tcp::endpoint>& endpoints) {
  enter_first_stage("connect to");
  race_ = std::make_shared<ConnectRace>(executor_,
                                        AddressRace(endpoints, delay_for(endpoints.size(), deadline_)));
  race_->start([self = shared_from_this()](ErrorCode error, tcp::socket socket) {
    self->on_connected(error, std::move(socket));
  });
}

void Connector::on_connected(ErrorCode error, tcp::socket socket) {
  if (error) return finish(failure(Errc::unreachable, error.message()));
  ErrorCode ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  way_.proxy ? ask_proxy(std::move(socket)) : on_tunnel(std::move(socket), {});
}

void Connector::ask_proxy(tcp::socket socket) {
  stage_ = "ask proxy " + way_.proxy->name() + " for " + join_host_port(way_.url.host, way_.url.port);
  tunnel_ = std::make_shared<ProxyTunnel>(std::move(socket),
                                          make_proxy_handshake(*way_.proxy, way_.url.host, way_.url.port));
  tunnel_->start([self = shared_from_this()](Result<ProxyTunnel::Open> tunnel) {
    if (tunnel) return self->on_tunnel(std::move(tunnel->socket), std::move(tunnel->early));
    auto error = tunnel.error();
    error.message = self->stage_ + ": " + error.message;
    self->finish(std::move(error));
  });
}

void Connector::on_tunnel(tcp::socket socket, std::string early) {
  if (way_.url.secure()) return secure(std::move(socket), std::move(early));
  finish(make_plain_stream(std::move(socket), std::move(early)));
}

void Connector::secure(tcp::socket socket, std::string early) {
  stage_ = "TLS with " + join_host_port(way_.url.host, way_.url.port);
  auto context = make_client_context(way_.tls);
  if (!context) return finish(context.error());
  tls_stream_ =
      make_tls_client_stream({std::move(socket), std::move(early)}, *context, way_.url.host, way_.tls.verify);
  tls_stream_->async_handshake(Side::client,
                               [self = shared_from_this()](ErrorCode error) { self->on_secured(error); });
}

void Connector::on_secured(ErrorCode error) {
  if (!done_) return;
  if (error) return finish(failure(Errc::tls_failed, tls_stream_->handshake_problem(error)));
  if (const auto good = check_pins(); !good) return finish(good.error());
  finish(std::move(tls_stream_));
}

Result<void> Connector::check_pins() const {
  if (way_.tls.pins.empty() || tls_stream_->has_pin(way_.tls.pins)) return {};
  auto mismatch = failure(Errc::tls_failed,
                          "none of the server's certificates has a pinned key; if its keys were changed on "
                          "purpose, the pins of this program must be, too");
  if (!way_.tls.pins_report_only) return mismatch;
  if (way_.tls.on_pin_mismatch) way_.tls.on_pin_mismatch(mismatch);
  return {};
}

void Connector::finish(Result<std::unique_ptr<ByteStream>> result) {
  const auto done = std::exchange(done_, nullptr);
  done(std::move(result));
}

Error Connector::failure(Errc code, const std::string& words) const {
  return {.code = code, .message = stage_ + ": " + words};
}

}  // namespace parley::net
