#include <boost/asio/post.hpp>

#include "common/base/limits.hpp"
#include "common/net/message_stream.hpp"
#include "common/net/src/connector.hpp"
#include "common/net/src/websocket.hpp"

namespace parley::net {
namespace {

class DialOperation final : public std::enable_shared_from_this<DialOperation> {
 public:
  DialOperation(asio::any_io_executor executor, DialOptions options, DialCompletion done);

  void start();
  void cancel();

 private:
  void on_connected(Result<std::unique_ptr<ByteStream>> stream);
  void on_ready(Result<std::unique_ptr<MessageStream>> stream);
  void on_deadline();
  std::string stage() const;
  void finish(Result<std::unique_ptr<MessageStream>> result);

  DialOptions options_;
  DialCompletion done_;
  asio::steady_timer deadline_;
  std::shared_ptr<Connector> connector_;
  std::unique_ptr<PendingWebSocket> handshake_;
};

DialOperation::DialOperation(asio::any_io_executor executor, DialOptions options, DialCompletion done)
    : options_(std::move(options)),
      done_(std::move(done)),
      deadline_(executor, options_.timeout),
      connector_(std::make_shared<Connector>(executor, Way{options_.url, options_.tls, options_.proxy},
                                             deadline_.expiry())) {}

void DialOperation::start() {
  deadline_.async_wait([self = shared_from_this()](ErrorCode error) {
    if (!error) self->on_deadline();
  });
  connector_->start([self = shared_from_this()](auto stream) { self->on_connected(std::move(stream)); });
}

void DialOperation::on_connected(Result<std::unique_ptr<ByteStream>> stream) {
  if (!stream) return finish(stream.error());
  const auto max_bytes = options_.max_message_bytes ? options_.max_message_bytes : limits::kPacketBytes;
  handshake_ =
      websocket_connect(std::move(*stream), {options_.url.authority(), options_.url.target}, max_bytes,
                        [self = shared_from_this()](auto ready) { self->on_ready(std::move(ready)); });
}

void DialOperation::on_ready(Result<std::unique_ptr<MessageStream>> stream) {
  if (stream) return finish(std::move(stream));
  auto error = stream.error();
  error.message = stage() + ": " + error.message;
  finish(std::move(error));
}

void DialOperation::on_deadline() {
  finish(Error{.code = Errc::timed_out, .message = stage() + ": no success within the time allowed"});
}

std::string DialOperation::stage() const {
  return handshake_ ? "WebSocket handshake with " + options_.url.authority() : connector_->stage();
}

void DialOperation::finish(Result<std::unique_ptr<MessageStream>> result) {
  const auto done = std::exchange(done_, nullptr);
  cancel();
  if (done) done(std::move(result));
}

void DialOperation::cancel() {
  done_ = nullptr;
  deadline_.cancel();
  connector_->cancel();
  handshake_.reset();
}

class DialHandle final : public Dial {
 public:
  explicit DialHandle(std::shared_ptr<DialOperation> operation) : operation_(std::move(operation)) {}
  ~DialHandle() override { operation_->cancel(); }

 private:
  std::shared_ptr<DialOperation> operation_;
};

}  // namespace

std::unique_ptr<Dial> dial_websocket(boost::asio::any_io_executor executor, DialOptions options,
                                     DialCompletion done) {
  auto operation = std::make_shared<DialOperation>(std::move(executor), std::move(options), std::move(done));
  operation->start();
  return std::make_unique<DialHandle>(std::move(operation));
}

}  // namespace parley::net
