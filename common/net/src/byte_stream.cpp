#include "common/net/src/byte_stream.hpp"

#include <boost/asio/post.hpp>

namespace parley::net {
namespace {

constexpr auto kFarewell = std::chrono::seconds(2);

/// Asio then runs it on the socket's own executor, for which it has a short way.
auto without_executor(ByteStream::IoHandler done) {
  return
      [done = std::move(done)](ErrorCode error, std::size_t size) mutable { std::move(done)(error, size); };
}

class PlainStream final : public ByteStream {
 public:
  PlainStream(tcp::socket socket, std::string early) : socket_(std::move(socket)), early_(std::move(early)) {
    ErrorCode ignored;
    socket_.non_blocking(true, ignored);
  }

  asio::any_io_executor get_executor() override { return socket_.get_executor(); }

  void async_handshake(Side, DoneHandler done) override {
    asio::post(get_executor(), [done = std::move(done)]() mutable { std::move(done)(ErrorCode{}); });
  }

  void async_read_some(ReadBuffers buffers, IoHandler done) override {
    if (!early_.empty()) {
      const auto size = take_early(buffers);
      return asio::post(get_executor(),
                        [done = std::move(done), size]() mutable { std::move(done)(ErrorCode{}, size); });
    }
    socket_.async_read_some(buffers, without_executor(std::move(done)));
  }

  void async_write_some(WriteBuffers buffers, IoHandler done) override {
    socket_.async_write_some(buffers, without_executor(std::move(done)));
  }

  std::size_t read_now(asio::mutable_buffer buffer, ErrorCode& error) override {
    if (!early_.empty()) return take_early(buffer);
    return socket_.receive(buffer, 0, error);
  }

  std::size_t write_now(std::string_view bytes, ErrorCode& error) override {
    return socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
  }

  void async_wait_readable(DoneHandler done) override {
    if (!early_.empty())
      return asio::post(get_executor(), [done = std::move(done)]() mutable { std::move(done)(ErrorCode{}); });
    socket_.async_wait(tcp::socket::wait_read,
                       [done = std::move(done)](ErrorCode error) mutable { std::move(done)(error); });
  }

  void async_shutdown(DoneHandler done) override {
    ErrorCode ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    begin_farewell();
    drain(std::make_unique<Scratch>(), std::move(done));
  }

  void close() override {
    ErrorCode ignored;
    socket_.close(ignored);
  }

  std::string peer_address() const override { return peer_address_of(socket_); }

  bool has_input() override { return !early_.empty() || has_arrived(socket_); }

 private:
  using Scratch = std::array<char, 4096>;

  template <class Buffers>
  std::size_t take_early(const Buffers& buffers) {
    const auto size = asio::buffer_copy(buffers, asio::buffer(early_));
    early_.erase(0, size);
    return size;
  }

  void drain(std::unique_ptr<Scratch> scratch, DoneHandler done) {
    const auto buffer = asio::buffer(*scratch);
    auto next = [this, scratch = std::move(scratch), done = std::move(done)](ErrorCode error,
                                                                             std::size_t) mutable {
      if (!error) return drain(std::move(scratch), std::move(done));
      end_farewell();
      close();
      std::move(done)(ErrorCode{});
    };
    socket_.async_read_some(buffer, std::move(next));
  }

  tcp::socket socket_;
  std::string early_;
};

}  // namespace

void ByteStream::begin_farewell() {
  farewell_ = std::make_shared<asio::steady_timer>(get_executor(), kFarewell);
  // The stream may be gone when an expiry that was already queued runs: the weak pointer tells.
  farewell_->async_wait([this, timer = std::weak_ptr(farewell_)](ErrorCode error) {
    if (!error && timer.lock()) close();
  });
}

std::unique_ptr<ByteStream> make_plain_stream(tcp::socket socket, std::string early) {
  return std::make_unique<PlainStream>(std::move(socket), std::move(early));
}

void async_write_all(ByteStream& stream, std::string_view bytes, ByteStream::DoneHandler done) {
  auto next = [&stream, bytes, done = std::move(done)](ErrorCode error, std::size_t written) mutable {
    if (error || written == bytes.size()) return std::move(done)(error);
    async_write_all(stream, bytes.substr(written), std::move(done));
  };
  stream.async_write_some(WriteBuffers(asio::buffer(bytes.data(), bytes.size())), std::move(next));
}

bool has_arrived(tcp::socket& socket) {
  ErrorCode error;
  return socket.available(error) != 0 || error;
}

void ByteStream::hold(std::shared_ptr<void> something) {
  using Both = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
  held_ = held_ ? std::make_shared<Both>(std::move(held_), std::move(something)) : std::move(something);
}

std::string peer_address_of(const tcp::socket& socket) {
  ErrorCode error;
  const auto address = socket.remote_endpoint(error).address();
  if (error) return "";
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

}  // namespace parley::net
