#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include "common/net/src/websocket_handles.hpp"
#include "common/net/src/websocket_stream.hpp"

namespace parley::net {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t kReadBytes = 4096;
constexpr std::uint32_t kAnswerHeaderBytes = 16 * 1024;

Error refused(std::string message, int status = 0) {
  return {.code = Errc::upgrade_refused, .message = std::move(message), .http_status = status};
}

Error lost(const ErrorCode& error) {
  return {.code = Errc::connection_lost, .message = "the connection ended: " + error.message()};
}

/// The client's half of the handshake (RFC 6455, 4.1). The caller keeps the deadline.
class ClientHandshake final : public std::enable_shared_from_this<ClientHandshake> {
 public:
  ClientHandshake(std::unique_ptr<ByteStream> stream, std::size_t max_message_bytes)
      : stream_(std::move(stream)), max_message_bytes_(max_message_bytes) {
    parser_.header_limit(kAnswerHeaderBytes);
  }

  void start(const WebSocketRequest& request, WebSocketReady ready) {
    ready_ = std::move(ready);
    key_ = make_handshake_key();
    request_ = write_handshake(request.authority, request.target, key_);
    async_write_all(*stream_, request_, [self = shared_from_this()](ErrorCode error) {
      if (!self->ready_) return;
      error ? self->fail(lost(error)) : self->read();
    });
  }

  void cancel_handshake() {
    if (std::exchange(ready_, nullptr)) stream_->close();
  }

 private:
  void read() {
    stream_->async_read_some(
        ReadBuffers(in_.prepare(kReadBytes)),
        [self = shared_from_this()](ErrorCode error, std::size_t size) { self->on_read(error, size); });
  }

  void on_read(ErrorCode error, std::size_t size) {
    if (!ready_) return;
    if (error) return fail(lost(error));
    in_.commit(size);
    in_.consume(parser_.put(in_.data(), error));
    if (error == beast_http::error::need_more) return read();
    if (error) return fail(refused("the answer is not HTTP: " + error.message()));
    on_answer(parser_.get());
  }

  void on_answer(const beast_http::response<beast_http::empty_body>& message) {
    const int status = static_cast<int>(message.result_int());
    if (message.version() != 11) return fail(refused("the server does not speak HTTP/1.1"));
    if (status != 101)
      return fail(refused("the server answered with HTTP status " + std::to_string(status), status));
    http::Fields fields;
    for (const auto& field : message)
      fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
    if (const auto wrong = find_wrong_field(fields, key_))
      return fail(refused("the server's answer has no right " + std::string(*wrong)));
    finish();
  }

  void finish() {
    const std::string address = stream_->peer_address();
    auto socket = std::make_shared<WebSocketStream>(
        Side::client,
        UpgradedStream{.stream = std::move(stream_),
                       .read_ahead = boost::beast::buffers_to_string(in_.data()),
                       .inbound = nullptr,
                       .peer_address = address},
        MessageSizes{max_message_bytes_, max_message_bytes_});
    std::exchange(ready_, nullptr)(std::make_unique<StreamHandle<WebSocketStream>>(std::move(socket)));
  }

  void fail(Error error) {
    stream_->close();
    std::exchange(ready_, nullptr)(std::move(error));
  }

  std::unique_ptr<ByteStream> stream_;
  std::size_t max_message_bytes_;
  WebSocketReady ready_;
  std::string key_;
  std::string request_;
  boost::beast::flat_buffer in_;
  beast_http::response_parser<beast_http::empty_body> parser_;
};

}  // namespace

std::unique_ptr<PendingWebSocket> websocket_connect(std::unique_ptr<ByteStream> stream,
                                                    WebSocketRequest request, std::size_t max_message_bytes,
                                                    WebSocketReady ready) {
  auto handshake = std::make_shared<ClientHandshake>(std::move(stream), max_message_bytes);
  handshake->start(request, std::move(ready));
  return std::make_unique<HandshakeHandle<ClientHandshake>>(std::move(handshake));
}

}  // namespace parley::net
