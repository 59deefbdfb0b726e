#include "common/net/src/websocket_handles.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

#include "common/net/src/any_stream.hpp"
#include "common/net/src/websocket_errors.hpp"

namespace parley::net {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

/// Without the deflate code, which we never offer.
using Stream = websocket::stream<AnyStream, false>;

constexpr auto kClosingTime = std::chrono::seconds(5);
/// How long the reader may still find out why writing failed.
constexpr auto kLastWords = std::chrono::seconds(1);
constexpr std::size_t kKeptReadBuffer = 64 * 1024;

void set_handshake_timeout(Stream& stream, Duration timeout) {
  stream.set_option(websocket::stream_base::timeout{.handshake_timeout = timeout,
                                                    .idle_timeout = websocket::stream_base::none(),
                                                    .keep_alive_pings = false});
}

/// All states of one WebSocket. Pending operations keep it alive; its owner's handle decides when it ends.
class WebSocket final : public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(std::unique_ptr<ByteStream> stream, std::size_t max_message_bytes);

  void connect(WebSocketRequest request, WebSocketReady ready);
  void cancel_handshake();

  void start(MessageStream::Callbacks callbacks);
  void send(std::shared_ptr<const std::string> message);
  void close(Duration grace);
  void drop();
  std::size_t queued_bytes() const { return queued_bytes_; }
  const std::string& peer_address() const { return peer_address_; }

 private:
  ByteStream& bytes() { return stream_.next_layer().bytes(); }
  void on_handshake(ErrorCode error, const websocket::response_type* answer);
  void read_next();
  void on_read(ErrorCode error);
  void deliver();
  void refuse_text();
  void write_next();
  void on_written(ErrorCode error, std::size_t size);
  void drop_queue();
  void send_close();
  void end_after(Duration time, Error reason);
  void finish(Error reason);

  Stream stream_;
  std::string peer_address_;
  WebSocketReady ready_;
  MessageStream::Callbacks callbacks_;
  beast::flat_buffer buffer_;
  std::deque<std::shared_ptr<const std::string>> queue_;
  std::size_t queued_bytes_ = 0;
  asio::steady_timer timer_;
  websocket::close_code close_code_ = websocket::close_code::normal;
  std::optional<Error> reason_;  // decided already, told when the stream has ended
  bool writing_ = false;
  bool closing_ = false;     // no more sends
  bool delivering_ = false;  // on_message is running: its function object must stay
  bool ended_ = false;       // no more callbacks
};

WebSocket::WebSocket(std::unique_ptr<ByteStream> stream, std::size_t max_message_bytes)
    : stream_(std::move(stream)), peer_address_(bytes().peer_address()), timer_(stream_.get_executor()) {
  stream_.binary(true);
  stream_.auto_fragment(false);
  stream_.read_message_max(max_message_bytes);
}

void WebSocket::connect(WebSocketRequest request, WebSocketReady ready) {
  ready_ = std::move(ready);
  stream_.set_option(websocket::stream_base::decorator(
      [](websocket::request_type& message) { message.set(beast::http::field::user_agent, "parley"); }));
  auto answer = std::make_shared<websocket::response_type>();
  auto next = [self = shared_from_this(), answer](ErrorCode error) {
    self->on_handshake(error, answer.get());
  };
  stream_.async_handshake(*answer, request.authority, request.target, std::move(next));
}

void WebSocket::cancel_handshake() {
  if (ready_) drop();
}

void WebSocket::start(MessageStream::Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  read_next();
}

void WebSocket::read_next() {
  stream_.async_read(buffer_,
                     [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_read(error); });
}

void WebSocket::on_read(ErrorCode error) {
  if (ended_) return;
  if (error) return finish(reason_ ? *reason_ : stream_error(error, stream_.reason()));
  if (stream_.got_text()) return refuse_text();
  deliver();
  if (!ended_) read_next();
}

void WebSocket::deliver() {
  const auto data = buffer_.cdata();
  delivering_ = true;
  callbacks_.on_message({static_cast<const char*>(data.data()), data.size()});
  delivering_ = false;
  if (ended_) callbacks_ = {};
  buffer_.consume(data.size());
  if (buffer_.capacity() > kKeptReadBuffer) buffer_ = {};
}

void WebSocket::refuse_text() {
  end_after(kLastWords,
            {.code = Errc::protocol_error, .message = "a text message where only binary ones are allowed"});
  const bool closing_already = std::exchange(closing_, true);
  close_code_ = websocket::close_code::unknown_data;
  drop_queue();
  if (!closing_already && !writing_) send_close();
}

void WebSocket::send(std::shared_ptr<const std::string> message) {
  if (closing_ || ended_) return;
  queued_bytes_ += message->size();
  queue_.push_back(std::move(message));
  if (!writing_) write_next();
}

void WebSocket::write_next() {
  writing_ = true;
  auto message = std::move(queue_.front());
  queue_.pop_front();
  const auto buffer = asio::buffer(*message);
  auto next = [self = shared_from_this(), message = std::move(message)](ErrorCode error, std::size_t) {
    self->on_written(error, message->size());
  };
  stream_.async_write(buffer, std::move(next));
}

void WebSocket::on_written(ErrorCode error, std::size_t size) {
  writing_ = false;
  if (ended_) return;
  queued_bytes_ -= size;
  if (error) {
    // The reader usually knows better why the stream ended, e.g. the peer's closing frame.
    if (!reason_) end_after(kLastWords, stream_error(error, {}));
    closing_ = true;
    return drop_queue();
  }
  if (!queue_.empty()) return write_next();
  if (closing_) send_close();
}

void WebSocket::drop_queue() {
  for (const auto& message : queue_) queued_bytes_ -= message->size();
  queue_.clear();
}

void WebSocket::close(Duration grace) {
  if (ended_) return;
  const bool closing_already = std::exchange(closing_, true);
  if (!reason_) reason_ = Error{.code = Errc::client_closed, .message = "closed by this side"};
  end_after(grace, *reason_);
  if (!closing_already && !writing_) send_close();
}

void WebSocket::send_close() {
  auto next = [self = shared_from_this()](ErrorCode) { self->finish(*self->reason_); };
  stream_.async_close(close_code_, std::move(next));
}

void WebSocket::end_after(Duration time, Error reason) {
  reason_ = std::move(reason);
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this()](ErrorCode error) {
    if (!error) self->finish(*self->reason_);
  });
}

void WebSocket::finish(Error reason) {
  if (ended_) return;
  const auto callbacks = std::exchange(callbacks_, {});
  drop();
  if (callbacks.on_closed) callbacks.on_closed(std::move(reason));
}

void WebSocket::drop() {
  ended_ = true;
  closing_ = true;
  ready_ = nullptr;
  if (!delivering_) callbacks_ = {};
  queue_.clear();
  queued_bytes_ = 0;
  timer_.cancel();
  bytes().close();
}

void WebSocket::on_handshake(ErrorCode error, const websocket::response_type* answer) {
  if (ended_) return;
  const auto ready = std::exchange(ready_, nullptr);
  if (error) {
    drop();
    return ready(handshake_error(error, answer ? answer->result_int() : 0));
  }
  set_handshake_timeout(stream_, kClosingTime);
  ready(std::make_unique<StreamHandle<WebSocket>>(shared_from_this()));
}

}  // namespace

std::unique_ptr<PendingWebSocket> websocket_connect(std::unique_ptr<ByteStream> stream,
                                                    WebSocketRequest request, std::size_t max_message_bytes,
                                                    WebSocketReady ready) {
  auto socket = std::make_shared<WebSocket>(std::move(stream), max_message_bytes);
  socket->connect(std::move(request), std::move(ready));
  return std::make_unique<HandshakeHandle<WebSocket>>(std::move(socket));
}

}  // namespace parley::net
