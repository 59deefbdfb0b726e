#include "common/net/http_server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "common/net/client_address.hpp"
#include "common/net/src/acceptor.hpp"
#include "common/net/src/connection_limiter.hpp"
#include "common/net/src/http_connection.hpp"
#include "common/net/src/tls_context.hpp"
#include "common/net/src/tls_stream.hpp"

namespace parley::net {
namespace {

/// What a connection holds as long as its socket is open, upgraded or not.
struct Ticket {
  std::shared_ptr<void> place;
  std::shared_ptr<void> mark;
  std::shared_ptr<Acceptor> acceptor;

  Ticket(std::shared_ptr<void> place, std::shared_ptr<void> mark, std::shared_ptr<Acceptor> acceptor)
      : place(std::move(place)), mark(std::move(mark)), acceptor(std::move(acceptor)) {}
  ~Ticket() { acceptor->keep_spare(); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
};

}  // namespace

/// The connections' owner and the one timer. Pending operations keep it alive until the executor has run
/// them.
class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const asio::any_io_executor& executor, HttpServerOptions options, HttpHandler handler)
      : executor_(executor),
        acceptor_(std::make_shared<Acceptor>(executor)),
        sweep_(executor),
        grace_(executor),
        state_(std::make_shared<HttpServerState>(executor)) {
    state_->options = std::move(options);
    state_->handler = std::move(handler);
    state_->inbound = std::make_shared<InboundBuffers>(
        state_->options.max_inbound_bytes,
        [weak = std::weak_ptr(state_)](ConnectionLimit limit, const std::string& peer) {
          if (const auto state = weak.lock()) state->note_limit(limit, peer);
        });
  }

  void on_upgrade(UpgradeCheck check, UpgradeHandler handler) {
    if (!check) check = [](const auto&...) { return std::nullopt; };
    state_->upgrade_check = std::move(check);
    state_->upgrade_handler = std::move(handler);
  }
  void on_body(BodyCheck check) { state_->body_check = std::move(check); }
  void on_refusal(RefusalHook hook) { state_->refusal_hook = std::move(hook); }
  void on_limit(LimitHook hook) { state_->limit_hook = std::move(hook); }

  Result<ListenAddress> start();
  Result<void> start_beside(const Impl& first);
  Result<void> reload_tls();
  Result<void> reload_tls(TlsServerOptions options);
  const std::shared_ptr<const TlsIdentity>& tls() const { return tls_; }
  void use_tls(std::shared_ptr<const TlsIdentity> identity) {
    if (identity && state_->options.tls) tls_ = std::move(identity);
  }
  std::size_t connections() const { return static_cast<std::size_t>(mark_.use_count() - 1); }
  std::size_t inbound_bytes() const { return state_->inbound->bytes(); }
  void stop(Duration grace, std::function<void()> done);
  void shut();

 private:
  Result<void> load_tls();
  void use_pool(std::shared_ptr<HandshakePool> pool);
  void run();
  void admit(tcp::socket socket);
  void turn_away(tcp::socket socket);
  std::unique_ptr<ByteStream> make_stream(tcp::socket socket) const;
  std::vector<std::shared_ptr<HttpConnection>> all_connections() const;
  void schedule_sweep();
  void sweep();
  void wind_up();
  void close_connections();
  void report_stopped_when_empty();

  asio::any_io_executor executor_;
  std::shared_ptr<Acceptor> acceptor_;
  asio::steady_timer sweep_;
  asio::steady_timer grace_;
  std::shared_ptr<const TlsIdentity> tls_;
  std::shared_ptr<Handshakes> handshakes_;  // with TLS
  bool sweeping_ = false;                   // an expiry may be queued already when the timer is cancelled
  std::shared_ptr<HttpServerState> state_;
  std::shared_ptr<ConnectionLimiter> limiter_ = std::make_shared<ConnectionLimiter>();
  std::shared_ptr<void> mark_ = std::make_shared<char>();  // one more reference for each open socket
  std::vector<std::function<void()>> stop_waiters_;
};

Result<ListenAddress> HttpServer::Impl::start() {
  if (auto loaded = load_tls(); !loaded) return loaded.error();
  auto address = acceptor_->listen(state_->options.listen);
  if (!address) return address;
  use_pool(nullptr);
  run();
  return address;
}

Result<void> HttpServer::Impl::start_beside(const Impl& first) {
  if (auto loaded = first.tls_ ? Result<void>() : load_tls(); !loaded) return loaded;
  use_tls(first.tls_);
  if (auto shared = acceptor_->listen_beside(*first.acceptor_); !shared) return shared;
  limiter_ = first.limiter_;
  use_pool(first.handshakes_ ? first.handshakes_->pool() : nullptr);
  run();
  return {};
}

Result<void> HttpServer::Impl::load_tls() {
  if (!state_->options.tls) return {};
  auto context = make_server_context(*state_->options.tls);
  if (!context) return context.error();
  tls_ = std::make_shared<const TlsIdentity>(std::move(*context));
  return {};
}

Result<void> HttpServer::Impl::reload_tls() {
  if (state_->options.tls) return load_tls();
  return Error{.code = Errc::invalid_config, .message = "tls: this server was started without"};
}

Result<void> HttpServer::Impl::reload_tls(TlsServerOptions options) {
  if (!state_->options.tls) return reload_tls();
  const auto old = std::exchange(*state_->options.tls, std::move(options));
  auto loaded = load_tls();
  if (!loaded) state_->options.tls = old;
  return loaded;
}

void HttpServer::Impl::use_pool(std::shared_ptr<HandshakePool> pool) {
  if (!tls_) return;
  if (!pool)
    pool = std::make_shared<HandshakePool>(HandshakePool::usual_threads(), limits::kTlsHandshakesQueued);
  handshakes_ = std::make_shared<Handshakes>(std::move(pool), state_->options.max_waiting_handshakes);
}

void HttpServer::Impl::run() {
  const auto hand_to = [this](void (Impl::*use)(tcp::socket)) {
    return [weak = weak_from_this(), use](tcp::socket socket) {
      if (const auto self = weak.lock()) (*self.*use)(std::move(socket));
    };
  };
  const bool serves_last = state_->options.serves_with_spare_descriptor;
  acceptor_->run(hand_to(&Impl::admit), hand_to(serves_last ? &Impl::admit : &Impl::turn_away));
  sweeping_ = true;
  schedule_sweep();
}

/// The limits come before anything that costs: no byte is read and no TLS session made for who is beyond
/// them.
void HttpServer::Impl::admit(tcp::socket socket) {
  const auto& options = state_->options;
  ErrorCode error;
  const auto peer = socket.remote_endpoint(error).address();
  if (error) return;  // gone already
  const bool is_proxy = is_trusted_proxy(peer.to_string(), options.trusted_proxies);
  const auto per_address = is_proxy ? 0 : options.max_connections_per_address;
  auto [place, reached] = limiter_->take(PeerKey::of(peer), {options.max_connections, per_address});
  if (!place) return state_->note_limit(reached, peer_address_of(socket));  // closes it
  socket.set_option(tcp::no_delay(true), error);
  auto stream = make_stream(std::move(socket));
  stream->hold(std::make_shared<Ticket>(std::move(place), mark_, acceptor_));
  auto connection = std::make_shared<HttpConnection>(state_, std::move(stream));
  state_->connections.insert(connection);
  connection->start();
}

/// Closes it, for want of descriptors.
void HttpServer::Impl::turn_away(tcp::socket socket) {
  state_->note_limit(ConnectionLimit::descriptors, peer_address_of(socket));
}

std::unique_ptr<ByteStream> HttpServer::Impl::make_stream(tcp::socket socket) const {
  if (!tls_) return make_plain_stream(std::move(socket));
  return make_tls_server_stream(std::move(socket), tls_->context(), handshakes_);
}

std::vector<std::shared_ptr<HttpConnection>> HttpServer::Impl::all_connections() const {
  return {state_->connections.begin(), state_->connections.end()};
}

void HttpServer::Impl::schedule_sweep() {
  const auto& options = state_->options;
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.piece_timeout, options.idle_timeout});
  // One timer for all connections: no cost per request. A time runs from the timer's first look at it, so
  // deadlines are kept within a quarter of the shortest. While the server stops somebody waits for it.
  const Duration longest = state_->stopping ? std::chrono::milliseconds(50) : std::chrono::seconds(1);
  sweep_.expires_after(std::clamp<Duration>(shortest / 8, std::chrono::milliseconds(5), longest));
  sweep_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && self->sweeping_) self->sweep();
  });
}

void HttpServer::Impl::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& connection : all_connections()) connection->check_deadline(now);
  if (sweeping_) schedule_sweep();
}

void HttpServer::Impl::stop(Duration grace, std::function<void()> done) {
  stop_waiters_.push_back(std::move(done));
  acceptor_->finish();
  state_->stopping = true;
  grace_.expires_after(grace);
  grace_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled) self->close_connections();
  });
  if (sweeping_) schedule_sweep();
  // Behind what is queued already: a request, or a connection, that has arrived before the stop.
  asio::post(executor_, [self = shared_from_this()] { self->wind_up(); });
}

void HttpServer::Impl::wind_up() {
  if (stop_waiters_.empty()) return;  // shut meanwhile
  state_->on_connection_ended = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->report_stopped_when_empty();
  };
  for (const auto& connection : all_connections()) connection->wind_up();
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
  acceptor_->close();
  sweeping_ = false;
  sweep_.cancel();
  grace_.cancel();
  state_->answered.clear();
  close_connections();
  if (handshakes_) handshakes_->withdraw();
}

HttpServer::HttpServer(boost::asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler)
    : impl_(std::make_shared<Impl>(executor, std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() { impl_->shut(); }

void HttpServer::on_upgrade(UpgradeCheck check, UpgradeHandler handler) {
  impl_->on_upgrade(std::move(check), std::move(handler));
}

void HttpServer::on_body(BodyCheck check) { impl_->on_body(std::move(check)); }

void HttpServer::on_refusal(RefusalHook hook) { impl_->on_refusal(std::move(hook)); }

void HttpServer::on_limit(LimitHook hook) { impl_->on_limit(std::move(hook)); }

Result<ListenAddress> HttpServer::start() { return impl_->start(); }

Result<void> HttpServer::start_beside(const HttpServer& first) { return impl_->start_beside(*first.impl_); }

Result<void> HttpServer::reload_tls() { return impl_->reload_tls(); }

Result<void> HttpServer::reload_tls(TlsServerOptions options) {
  return impl_->reload_tls(std::move(options));
}

std::shared_ptr<const TlsIdentity> HttpServer::tls() const { return impl_->tls(); }

void HttpServer::use_tls(std::shared_ptr<const TlsIdentity> identity) { impl_->use_tls(std::move(identity)); }

std::size_t HttpServer::inbound_bytes() const { return impl_->inbound_bytes(); }

std::size_t HttpServer::connections() const { return impl_->connections(); }

void HttpServer::stop(Duration grace, std::function<void()> done) { impl_->stop(grace, std::move(done)); }

}  // namespace parley::net
