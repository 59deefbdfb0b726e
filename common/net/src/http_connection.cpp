#include "common/net/src/http_connection.hpp"

#include <boost/asio/dispatch.hpp>
#include <utility>

#include "common/net/src/http_writer.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kKeptBuffer = 64 * 1024;
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
  const auto allowed = time_allowed(phase);
  deadline_ = allowed == Duration::max() ? TimePoint::max() : std::chrono::steady_clock::now() + allowed;
}

Duration HttpConnection::time_allowed(Phase phase) const {
  const auto& options = server_->options;
  switch (phase) {
    case Phase::securing:
    case Phase::header:
      return options.header_timeout;
    // A new connection owes us its first request; one that has made a request may think for a while.
    case Phase::idle:
      return request_number_ == 0 ? options.header_timeout : options.idle_timeout;
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
  read();
}

void HttpConnection::read() {
  reading_ = true;
  const auto space = in_.prepare(kReadBytes);
  auto next = [self = shared_from_this()](ErrorCode error, std::size_t size) { self->on_read(error, size); };
  stream_->async_read_some(ReadBuffers(space), std::move(next));
}

void HttpConnection::on_read(ErrorCode error, std::size_t size) {
  reading_ = false;
  const bool wanted = phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body;
  if (!wanted) return;  // closed, or refused for being too slow while this was under way
  if (error) return end();
  in_.commit(size);
  advance();
}

void HttpConnection::advance() {
  if (in_.size() == 0) return read();
  if (phase_ == Phase::idle) {
    parser_.emplace(HttpLimits{server_->options.max_header_bytes, server_->options.max_body_bytes});
    ++request_number_;
    enter(Phase::header);
  }
  parse();
}

void HttpConnection::parse() {
  const auto data = in_.cdata();
  in_.consume(parser_->feed({static_cast<const char*>(data.data()), data.size()}));
  if (parser_->refused()) return refuse(*parser_->refused());
  if (parser_->done()) return handle();
  // What is left over now is a piece of a header or of a chunk's frame: neither is long in honest requests.
  if (in_.size() > server_->options.max_header_bytes) return refuse(400);
  if (phase_ == Phase::header && parser_->header_done()) return after_header();
  read();
}

void HttpConnection::after_header() {
  enter(Phase::body);
  const bool waits =
      parser_->expects_continue() && !parser_->is_http_1_0() && parser_->request().body.empty();
  if (!waits) return read();
  async_write_all(*stream_, kContinue, [self = shared_from_this()](ErrorCode error) {
    if (self->phase_ != Phase::body) return;
    if (error) return self->end();
    self->read();
  });
}

void HttpConnection::handle() {
  keep_alive_ = parser_->keeps_alive();
  enter(Phase::handling);
  const auto keep_alive_during_call = shared_from_this();
  try {
    if (parser_->asks_for_upgrade() && try_upgrade()) return;
    server_->handler(parser_->request(), peer_address_, make_reply());
  } catch (...) {
    // A handler that throws costs its own request only.
    answer(request_number_, error_response(500));
  }
}

HttpReply HttpConnection::make_reply() {
  return [executor = stream_->get_executor(), weak = weak_from_this(),
          number = request_number_](http::Response response) {
    if (weak.expired()) return;
    auto run = [weak, number, response = std::move(response)] {
      if (const auto self = weak.lock()) self->answer(number, response);
    };
    asio::dispatch(executor, std::move(run));
  };
}

bool HttpConnection::try_upgrade() {
  if (!server_->upgrade_handler || !is_websocket_upgrade(parser_->request())) return false;
  auto refusal = server_->stopping ? error_response(503) : server_->upgrade_check(parser_->request());
  if (refusal)
    answer(request_number_, *refusal);
  else if (phase_ == Phase::handling)  // the check may have closed the server
    upgrade();
  return true;
}

void HttpConnection::upgrade() {
  enter(Phase::upgrading);
  const auto rest = in_.cdata();
  UpgradedStream upgraded{std::move(stream_),
                          std::string(static_cast<const char*>(rest.data()), rest.size())};
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

void HttpConnection::refuse(int status) {
  keep_alive_ = false;
  respond(error_response(status));
}

void HttpConnection::respond(const http::Response& response) {
  keep_alive_ = keep_alive_ && !server_->stopping;
  enter(Phase::writing);
  out_.clear();
  write_response(response,
                 {.keep_alive = keep_alive_,
                  .http_1_0 = parser_->is_http_1_0(),
                  .head_only = parser_->request().method == "HEAD"},
                 out_);
  async_write_all(*stream_, out_, [self = shared_from_this()](ErrorCode error) { self->on_written(error); });
}

void HttpConnection::on_written(ErrorCode error) {
  if (phase_ != Phase::writing) return;
  if (error) return end();
  if (!keep_alive_ || server_->stopping) return part();
  if (out_.capacity() > kKeptBuffer) out_ = {};
  parser_.reset();
  enter(Phase::idle);
  advance();
}

void HttpConnection::part() {
  // A read still under way would compete with the farewell for the peer's last bytes.
  if (reading_) return end();
  enter(Phase::parting);
  stream_->async_shutdown([self = shared_from_this()](ErrorCode) { self->end(); });
}

void HttpConnection::close_when_idle() {
  const bool idle = phase_ == Phase::idle || phase_ == Phase::securing || phase_ == Phase::upgrading;
  if (idle) end();
}

void HttpConnection::check_deadline(TimePoint now) {
  if (now < deadline_) return;
  // Too slow a request is told so; a connection that only idles is closed without a word.
  // (Without a read under way "100 Continue" is being written: no second write beside it.)
  if (reading_ && (phase_ == Phase::header || phase_ == Phase::body)) return refuse(408);
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
