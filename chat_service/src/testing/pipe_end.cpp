#include "chat_service/src/testing/pipe_end.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <deque>
#include <utility>

namespace parley::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

class MessageEnd final : public PipeEnd {
 public:
  enum class Towards { client, service };
  MessageEnd(Towards towards, std::unique_ptr<net::MessageStream> stream)
      : towards_(towards), stream_(std::move(stream)) {}

  // The service answers a ping below what it is a service for: that shows as input and as nothing else. Of
  // the client such input is the answer to send(), and not one of the service's.
  void start(Callbacks callbacks) override {
    const auto on_bytes = std::make_shared<std::function<void(Bytes)>>(std::move(callbacks.on_bytes));
    net::MessageStream::Callbacks its;
    its.on_message = [on_bytes](std::string_view bytes) {
      (*on_bytes)(std::make_shared<const std::string>(bytes));
    };
    its.on_closed = [on_end = std::move(callbacks.on_end)](const Error&) { on_end(); };
    if (towards_ == Towards::service)
      its.on_input = [on_bytes] { (*on_bytes)(std::make_shared<const std::string>()); };
    stream_->start(std::move(its));
  }
  void read_on() override {}
  void send(Bytes bytes, std::function<void()> sent) override {
    bytes->empty() ? stream_->ping() : stream_->send(std::move(bytes));
    sent();
  }
  void close() override { stream_->close(Duration::zero()); }
  bool is_divisible() const override { return false; }

 private:
  const Towards towards_;
  std::unique_ptr<net::MessageStream> stream_;
};

class ClientSide final : public net::MessageStream {
 public:
  explicit ClientSide(std::unique_ptr<net::MessageStream> stream) : stream_(std::move(stream)) {}

  void start(Callbacks callbacks) override { stream_->start(std::move(callbacks)); }
  void send(Bytes message) override { stream_->send(std::move(message)); }
  void ping() override { stream_->send(std::make_shared<const std::string>()); }
  std::size_t queued_bytes() const override { return stream_->queued_bytes(); }
  void close(Duration grace) override { stream_->close(grace); }
  std::string peer_address() const override { return stream_->peer_address(); }

 private:
  std::unique_ptr<net::MessageStream> stream_;
};

/// Lives as long as the end, and what it has begun.
class TcpConnection final : public std::enable_shared_from_this<TcpConnection> {
 public:
  explicit TcpConnection(tcp::socket socket) : socket_(std::move(socket)) {
    ErrorCode ignored;  // who waits for more to send makes small packets late
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void start(PipeEnd::Callbacks callbacks) { callbacks_ = std::move(callbacks); }

  void read_on() {
    socket_.async_read_some(
        asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t size) {
          if (error) return self->end();
          if (!self->over_)
            self->callbacks_.on_bytes(std::make_shared<const std::string>(self->buffer_.data(), size));
        });
  }

  void send(Bytes bytes, std::function<void()> sent) {
    queue_.push_back({std::move(bytes), std::move(sent)});
    if (queue_.size() == 1) write();
  }

  void close() {
    over_ = true;
    if (queue_.empty()) shut();
  }

  void abandon() {
    if (!std::exchange(over_, true)) reset(socket_);
  }

 private:
  struct Outgoing {
    Bytes bytes;
    std::function<void()> sent;
  };

  void write() {
    asio::async_write(socket_, asio::buffer(*queue_.front().bytes),
                      [self = shared_from_this()](ErrorCode error, std::size_t) {
                        if (error) return self->end();
                        const auto sent = std::move(self->queue_.front().sent);
                        self->queue_.pop_front();
                        if (!self->queue_.empty()) self->write();
                        if (!self->over_) return sent();
                        if (self->queue_.empty()) self->shut();
                      });
  }

  void end() {
    shut();
    if (!std::exchange(over_, true)) callbacks_.on_end();
  }

  void shut() {
    ErrorCode ignored;
    socket_.close(ignored);
  }

  tcp::socket socket_;
  PipeEnd::Callbacks callbacks_;
  std::array<char, 16 * 1024> buffer_;
  std::deque<Outgoing> queue_;
  bool over_ = false;  // no callback runs any more
};

class TcpEnd final : public PipeEnd {
 public:
  explicit TcpEnd(tcp::socket socket) : connection_(std::make_shared<TcpConnection>(std::move(socket))) {}
  ~TcpEnd() override { connection_->abandon(); }

  void start(Callbacks callbacks) override { connection_->start(std::move(callbacks)); }
  void read_on() override { connection_->read_on(); }
  void send(Bytes bytes, std::function<void()> sent) override {
    connection_->send(std::move(bytes), std::move(sent));
  }
  void close() override { connection_->close(); }
  bool is_divisible() const override { return true; }

 private:
  std::shared_ptr<TcpConnection> connection_;
};

}  // namespace

std::unique_ptr<PipeEnd> make_client_end(std::unique_ptr<net::MessageStream> stream) {
  return std::make_unique<MessageEnd>(MessageEnd::Towards::client, std::move(stream));
}

std::unique_ptr<PipeEnd> make_service_end(std::unique_ptr<net::MessageStream> stream) {
  return std::make_unique<MessageEnd>(MessageEnd::Towards::service, std::move(stream));
}

std::unique_ptr<net::MessageStream> make_client_side(std::unique_ptr<net::MessageStream> stream) {
  return std::make_unique<ClientSide>(std::move(stream));
}

std::unique_ptr<PipeEnd> make_tcp_end(tcp::socket socket) {
  return std::make_unique<TcpEnd>(std::move(socket));
}

void reset(tcp::socket& socket) {
  ErrorCode ignored;
  socket.set_option(tcp::socket::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace parley::testing
