#include "common/net/src/http_connection.hpp"

#include <algorithm>
#include <utility>

#include "common/net/src/http_reply.hpp"
#include "common/net/src/http_writer.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kKeptBuffer = 64 * 1024;
/// Of a connection without a request when the server stops: its request may be under way.
constexpr Duration kLastChance = std::chrono::seconds(1);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

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
    default:
      return Duration::max();  // the handler's time, or a time that somebody else keeps
  }
}

void HttpConnection::on_secured(ErrorCode error) {
  if (phase_ == Phase::closed) return;
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
  if (wants_input()) wait();
}

/// False if more bytes are needed.
bool HttpConnection::use(std::string_view bytes) {
  if (phase_ == Phase::idle) {
    parser_.emplace(HttpLimits{server_->options.max_header_bytes, server_->options.max_body_bytes});
    ++request_number_;
    enter(Phase::header);
  }
  const auto used = parser_->feed(bytes);
  bytes.data() == in_.data() ? in_.erase(0, used) : in_.assign(bytes.substr(used));
  if (parser_->refused())
    cut_off(*parser_->refused());
  else if (parser_->done())
    handle();
  // What is left over now is a piece of a header or of a chunk's frame: neither is long in honest requests.
  else if (in_.size() > server_->options.max_header_bytes)
    cut_off(400);
  else
    return after_header(), false;
  return true;
}

void HttpConnection::after_header() {
  if (phase_ != Phase::header || !parser_->header_done()) return;
  const bool waits =
      parser_->expects_continue() && !parser_->is_http_1_0() && parser_->request().body.empty();
  if (waits) return invite_body();
  enter(Phase::body);
}

void HttpConnection::invite_body() {
  enter(Phase::inviting);
  async_write_all(*stream_, kContinue, [self = shared_from_this()](ErrorCode error) {
    if (self->phase_ != Phase::inviting) return;
    if (error) return self->end();
    self->enter(Phase::body);
    self->wait();
  });
}

void HttpConnection::handle() {
  keep_alive_ = parser_->keeps_alive();
  enter(Phase::handling);
  const auto keep_alive_during_call = shared_from_this();
  const HttpReplyTo::Scope scope(this);
  try {
    if (parser_->asks_for_upgrade() && try_upgrade()) return;
    server_->handler(parser_->take_request(), peer_address_,
                     HttpReplyTo(*this, request_number_, server_->executor));
  } catch (...) {
    // A handler that throws costs its own request only.
    if (phase_ == Phase::handling) refuse(500);
  }
}

bool HttpConnection::try_upgrade() {
  if (!server_->upgrade_handler || !is_websocket_upgrade(parser_->request())) return false;
  if (server_->stopping)
    refuse(503);
  else if (const auto refusal = server_->upgrade_check(parser_->request()))
    answer(request_number_, *refusal);
  else if (phase_ == Phase::handling)  // the check may have closed the server
    upgrade();
  return true;
}

void HttpConnection::upgrade() {
  enter(Phase::upgrading);
  UpgradedStream upgraded{std::move(stream_), std::move(in_)};
  const auto& options = server_->options;
  handshake_ = websocket_accept(
      std::move(upgraded), parser_->request(), options.max_message_bytes, options.header_timeout,
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
    if (server_->refusal_hook) server_->refusal_hook(response, peer_address_);
  } catch (...) {
    response = error_response(status);  // the client gets its answer, whatever the owner wanted to add
  }
  if (phase_ != Phase::closed) respond(response);  // the hook may have destroyed the server
}

void HttpConnection::respond(const http::Response& response) {
  keep_alive_ = keep_alive_ && !server_->stopping;
  enter(Phase::writing);
  auto& bytes = server_->write_buffer;
  bytes.clear();
  write_response(
      response,
      {.keep_alive = keep_alive_, .http_1_0 = parser_->is_http_1_0(), .head_only = parser_->is_head()},
      bytes);
  ErrorCode error;
  const auto written = stream_->write_now(bytes, error);
  if (error == asio::error::would_block) error = {};
  if (!error && written < bytes.size()) return write_rest(written);
  if (bytes.capacity() > kKeptBuffer) bytes = {};
  on_written(error);
}

void HttpConnection::write_rest(std::size_t written) {
  out_ = std::move(server_->write_buffer);
  const auto rest = std::string_view(out_).substr(written);
  async_write_all(*stream_, rest, [self = shared_from_this()](ErrorCode error) {
    self->out_ = {};
    self->on_written(error);
  });
}

void HttpConnection::on_written(ErrorCode error) {
  if (phase_ != Phase::writing) return;
  if (error) return end();
  if (!keep_alive_) return part();
  parser_.reset();
  if (in_.empty()) in_ = {};  // idle connections keep no buffers
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

void HttpConnection::check_deadline(TimePoint now) {
  if (!deadline_) {
    const auto allowed = time_allowed();
    deadline_ = allowed == Duration::max() ? TimePoint::max() : now + allowed;
  }
  if (now < *deadline_) return;
  // Too slow a request is told so; a connection that only idles is closed without a word.
  if (phase_ == Phase::header || phase_ == Phase::body) return cut_off(408);
  end();
}

void HttpConnection::close() { end(); }

void HttpConnection::end() {
  if (phase_ == Phase::closed) return;
  enter(Phase::closed);
  handshake_.reset();
  if (stream_) stream_->close();
  if (server_->connections.erase(shared_from_this()) != 0 && server_->on_connection_ended)
    server_->on_connection_ended();
}

}  // namespace parley::net
