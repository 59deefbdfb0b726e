#include "common/net/src/http_connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "common/net/client_address.hpp"
#include "common/net/src/free_memory.hpp"
#include "common/net/src/http_reply.hpp"
#include "common/net/src/http_writer.hpp"
#include "common/net/src/tls_stream.hpp"

namespace parley::net {
namespace {

/// Requests in one turn of the event loop, from which on the next may have come at its end.
constexpr std::size_t kBusy = 8;
constexpr std::size_t kKeptBuffer = 64 * 1024;
/// Of a connection without a request when the server stops: its request may be under way.
constexpr Duration kLastChance = std::chrono::seconds(1);

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServerState> server, std::unique_ptr<ByteStream> stream)
    : server_(std::move(server)), stream_(std::move(stream)), peer_address_(stream_->peer_address()) {}

void HttpConnection::start() {
  enter(Phase::securing);
  stream_->async_handshake(Side::server,
                           [self = shared_from_this()](ErrorCode error) { self->on_secured(error); });
}

void HttpConnection::enter(Phase phase) {
  phase_ = phase;
  deadline_.reset();
}

Duration HttpConnection::time_allowed() const {
  const auto& options = server_->options;
  const auto first =
      server_->stopping ? std::min(options.header_timeout, kLastChance) : options.header_timeout;
  switch (phase_) {
    case Phase::securing:
      return first;
    // A new connection owes us its first request; one that has made a request may think for a while.
    case Phase::idle:
      return request_number_ == 0 ? first : options.idle_timeout;
    case Phase::header:
      return options.header_timeout;
    case Phase::inviting:
    case Phase::body:
    case Phase::writing:
      return options.body_timeout;
    case Phase::holding:
    case Phase::reading:
      return options.piece_timeout;
    default:
      return Duration::max();  // the handler's time, or a time that somebody else keeps
  }
}

void HttpConnection::on_secured(ErrorCode error) {
  if (phase_ == Phase::closed) return;
  if (error == kTooManyHandshakes) server_->note_limit(ConnectionLimit::handshakes, peer_address_);
  if (error) return end();
  enter(Phase::idle);
  wait();
}

bool HttpConnection::wants_input() const {
  return phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body;
}

void HttpConnection::wait() {
  stream_->async_wait_readable([self = shared_from_this()](ErrorCode error) { self->on_readable(error); });
}

void HttpConnection::on_readable(ErrorCode error) {
  if (!wants_input()) return;  // closed, or refused for being too slow while this was under way
  auto& buffer = server_->read_buffer;
  const auto size = error ? 0 : stream_->read_now(asio::buffer(buffer), error);
  if (error == asio::error::would_block) return wait();
  if (error) return end();
  const std::string_view bytes(buffer.data(), size);
  if (in_.empty()) return proceed(bytes);
  in_ += bytes;
  proceed({});
}

/// Takes one request after the other, not one inside the other: a client may send many at once. `bytes` are
/// new; without any it goes on with what was left over.
void HttpConnection::proceed(std::string_view bytes) {
  if (std::exchange(proceeding_, true)) return;
  bool go_on = bytes.empty() || use(bytes);
  while (go_on && wants_input() && !in_.empty()) go_on = use(in_);
  proceeding_ = false;
  count_input();
  if (phase_ == Phase::idle)
    look_again_soon();
  else if (wants_input())
    read_on();
}

/// Of a request that is not whole yet, what is kept of it.
void HttpConnection::count_input() {
  const bool is_partial = phase_ == Phase::header || phase_ == Phase::body;
  const auto body = is_partial ? parser_->request().body.capacity() : 0;
  server_->inbound->set(*this, is_partial ? in_.capacity() + body : 0);
}

void HttpConnection::give_up_input() {
  free_memory(in_);
  parser_->drop_body();
  cut_off(503);
}

/// While many are served, the next request of the first comes before the turn of the event loop is over: who
/// looks once more then finds it, and is spared asking the system to be woken, which costs as much as
/// reading. One look per answer and turn: nobody is kept from his.
void HttpConnection::look_again_soon() {
  auto& waiting = server_->answered;
  waiting.push_back(shared_from_this());
  if (waiting.size() == 1) asio::post(*server_->executor, [server = server_] { look_again(*server); });
}

void HttpConnection::look_again(HttpServerState& server) {
  const auto answered = std::exchange(server.answered, {});
  const bool is_busy = answered.size() >= kBusy;
  for (const auto& connection : answered) {
    if (is_busy)
      connection->on_readable({});
    else if (connection->wants_input())
      connection->wait();
  }
}

/// False if more bytes are needed.
bool HttpConnection::use(std::string_view bytes) {
  if (phase_ == Phase::idle) {
    const auto& options = server_->options;
    parser_.emplace(HttpLimits{.header_bytes = options.max_header_bytes,
                               .body_bytes = options.max_body_bytes,
                               .stops_at_body = static_cast<bool>(server_->body_check)});
    ++request_number_;
    enter(Phase::header);
  }
  const auto used = parser_->feed(bytes);
  bytes.data() == in_.data() ? in_.erase(0, used) : in_.assign(bytes.substr(used));
  if (flow_) take_piece();
  if (!wants_input()) return true;  // the piece was refused
  if (parser_->refused())
    cut_off(*parser_->refused());
  else if (parser_->stopped_at_body())
    decide_on_body();
  else if (parser_->done())
    flow_ ? finish_body() : handle();
  // What is left over now is a piece of a header or of a chunk's frame: neither is long in honest requests.
  else if (in_.size() > server_->options.max_header_bytes)
    cut_off(400);
  else
    return after_header(), false;
  return true;
}

void HttpConnection::handle() {
  keep_alive_ = parser_->keeps_alive();
  enter(Phase::handling);
  guarded([this] {
    if (parser_->asks_for_upgrade() && try_upgrade()) return;
    const auto address = client();
    server_->handler(parser_->take_request(), address,
                     HttpReplyTo(*this, request_number_, server_->executor));
  });
}

std::string HttpConnection::client() const {
  return client_address(parser_->request(), peer_address_, server_->options.trusted_proxies);
}

bool HttpConnection::try_upgrade() {
  if (!server_->upgrade_handler || !is_websocket_upgrade(parser_->request())) return false;
  if (server_->stopping)
    refuse(503);
  else if (const auto refusal = server_->upgrade_check(parser_->request(), client()))
    answer(request_number_, *refusal);
  else if (phase_ != Phase::handling)  // the check has closed the server
    return true;
  else if (take_client_place())
    upgrade();
  else
    refuse(429);
  return true;
}

/// False: the client has as many WebSockets as one address may have.
bool HttpConnection::take_client_place() {
  const auto& options = server_->options;
  if (!is_trusted_proxy(peer_address_, options.trusted_proxies)) return true;
  ErrorCode error;
  const auto address = asio::ip::make_address(client(), error);
  if (error) return true;  // the proxy names nobody
  auto [place, reached] = server_->client_limiter->take(
      PeerKey::of(address),
      {.total = options.max_connections, .per_address = options.max_connections_per_address});
  if (!place) {
    server_->note_limit(reached, client());
    return false;
  }
  stream_->hold(std::move(place));
  return true;
}

void HttpConnection::upgrade() {
  enter(Phase::upgrading);
  UpgradedStream upgraded{std::move(stream_), std::move(in_), server_->inbound, client()};
  const auto& options = server_->options;
  const MessageSizes most{std::min(options.max_first_message_bytes, options.max_message_bytes),
                          options.max_message_bytes};
  handshake_ =
      websocket_accept(std::move(upgraded), parser_->request(), most, options.header_timeout,
                       [self = shared_from_this()](auto stream) { self->on_upgraded(std::move(stream)); });
}

void HttpConnection::on_upgraded(Result<std::unique_ptr<MessageStream>> stream) {
  if (phase_ == Phase::closed) return;
  const auto server = server_;
  end();
  if (stream && !server->stopping) server->upgrade_handler(std::move(*stream));
}

void HttpConnection::answer(std::uint64_t number, const http::Response& response) {
  if (phase_ == Phase::handling && number == request_number_) respond(response);
}

void HttpConnection::cut_off(int status) {
  keep_alive_ = false;
  refuse(status);
}

void HttpConnection::refuse(int status) {
  auto response = error_response(status);
  try {
    if (server_->refusal_hook) server_->refusal_hook(response, client());
  } catch (...) {
    response = error_response(status);  // the client gets its answer, whatever the owner wanted to add
  }
  if (phase_ != Phase::closed) respond(response);  // the hook may have destroyed the server
}

void HttpConnection::respond(const http::Response& response) {
  keep_alive_ = keep_alive_ && !server_->stopping;
  enter(Phase::writing);
  flow_.reset();
  const HttpWriteOptions how{
      .keep_alive = keep_alive_, .http_1_0 = parser_->is_http_1_0(), .head_only = parser_->is_head()};
  auto& bytes = server_->write_buffer;
  bytes.clear();
  write_response(response, how, bytes);
  if (response.source && response.source->size() != 0 && sends_body(response.status, how))
    return begin_source(response.source, std::move(bytes));
  ErrorCode error;
  const auto written = stream_->write_now(bytes, error);
  if (error == asio::error::would_block) error = {};
  if (!error && written < bytes.size()) {
    out_ = std::move(bytes);
    return write_out(written);
  }
  if (bytes.capacity() > kKeptBuffer) free_memory(bytes);
  on_written(error);
}

void HttpConnection::write_out(std::size_t from) {
  const auto rest = std::string_view(out_).substr(from);
  auto next = [self = shared_from_this(), from](ErrorCode error, std::size_t size) {
    self->on_part_written(error, from, size);
  };
  stream_->async_write_some(WriteBuffers(asio::buffer(rest.data(), rest.size())), std::move(next));
}

void HttpConnection::on_part_written(ErrorCode error, std::size_t from, std::size_t size) {
  if (phase_ != Phase::writing) return;
  if (flow_) flow_->pace.moved(size);
  if (!error && from + size < out_.size()) return write_out(from + size);
  free_memory(out_);
  on_written(error);
}

void HttpConnection::on_written(ErrorCode error) {
  if (phase_ != Phase::writing) return;
  if (error) return end();
  if (flow_ && flow_->left != 0) return ask_for_piece();
  flow_.reset();
  if (!keep_alive_) return part();
  parser_.reset();
  if (in_.empty()) free_memory(in_);  // idle connections keep no buffers
  enter(Phase::idle);
  // Stopped after this response was begun: the peer could not know, so its next request may be here already.
  if (server_->stopping && in_.empty() && !stream_->has_input()) return part();
  proceed({});
}

void HttpConnection::part() {
  enter(Phase::parting);
  stream_->async_shutdown([self = shared_from_this()](ErrorCode) { self->end(); });
}

void HttpConnection::wind_up() {
  const bool fresh = phase_ == Phase::securing || (phase_ == Phase::idle && request_number_ == 0);
  if (fresh)
    deadline_.reset();  // there is less time now
  else if (phase_ == Phase::upgrading || (phase_ == Phase::idle && !stream_->has_input()))
    end();
}

bool HttpConnection::is_late(TimePoint now) {
  if (flow_ && (phase_ == Phase::body || phase_ == Phase::writing)) return flow_->pace.too_slow(now);
  if (flow_) flow_->pace.rest(now);  // it is not the client's time
  if (!deadline_) {
    const auto allowed = time_allowed();
    deadline_ = allowed == Duration::max() ? TimePoint::max() : now + allowed;
  }
  return now >= *deadline_;
}

void HttpConnection::check_deadline(TimePoint now) {
  if (!is_late(now)) return;
  // Too slow a request is told so; a connection that only idles is closed without a word.
  if (phase_ == Phase::header || phase_ == Phase::body) return cut_off(408);
  if (phase_ == Phase::holding) return cut_off(503);
  if (phase_ == Phase::reading) return on_no_piece();
  end();
}

void HttpConnection::close() { end(); }

void HttpConnection::end() {
  if (phase_ == Phase::closed) return;
  const auto self = shared_from_this();  // nobody else may hold it any more
  enter(Phase::closed);
  server_->inbound->release(*this);
  flow_.reset();
  handshake_.reset();
  if (stream_) stream_->close();
  if (server_->connections.erase(self) != 0 && server_->on_connection_ended) server_->on_connection_ended();
}

}  // namespace parley::net
