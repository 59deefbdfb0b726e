#include "common/net/relay.hpp"

#include <array>
#include <unordered_set>

#include "common/net/src/byte_stream.hpp"
#include "common/net/src/connector.hpp"
#include "common/net/src/listener.hpp"

namespace parley::net {
namespace {

/// One client and its connection to the target.
class Pair final : public std::enable_shared_from_this<Pair> {
 public:
  using OnEnd = std::function<void(const std::shared_ptr<Pair>&)>;

  Pair(tcp::socket client, OnEnd on_end)
      : client_(std::move(client)), target_(client_.get_executor()), on_end_(std::move(on_end)) {}

  void start(const tcp::endpoint& target) {
    target_.async_connect(target, [self = shared_from_this()](ErrorCode error) {
      if (error) return self->end();
      self->forward_at_once();
      self->pump(self->client_, self->target_, self->upstream_);
      self->pump(self->target_, self->client_, self->downstream_);
    });
  }

  /// Lingering switched off, closing sends a reset instead of a farewell.
  void reset() {
    ErrorCode ignored;
    client_.set_option(tcp::socket::linger(true, 0), ignored);
    target_.set_option(tcp::socket::linger(true, 0), ignored);
    close();
  }

  void close() {
    ErrorCode ignored;
    client_.close(ignored);
    target_.close(ignored);
  }

 private:
  using Buffer = std::array<char, 16 * 1024>;

  // A relay that waits for more to send would make each small packet late by the receiver's delayed
  // acknowledgement.
  void forward_at_once() {
    ErrorCode ignored;
    client_.set_option(tcp::no_delay(true), ignored);
    target_.set_option(tcp::no_delay(true), ignored);
  }

  void pump(tcp::socket& from, tcp::socket& to, Buffer& buffer) {
    from.async_read_some(asio::buffer(buffer),
                         [self = shared_from_this(), &from, &to, &buffer](ErrorCode error, std::size_t size) {
                           if (error) return self->end();
                           self->forward(from, to, buffer, asio::buffer(buffer, size));
                         });
  }

  void forward(tcp::socket& from, tcp::socket& to, Buffer& buffer, asio::const_buffer rest) {
    to.async_write_some(
        rest, [self = shared_from_this(), &from, &to, &buffer, rest](ErrorCode error, std::size_t size) {
          if (error) return self->end();
          if (size < rest.size()) return self->forward(from, to, buffer, rest + size);
          self->pump(from, to, buffer);
        });
  }

  void end() {
    close();
    on_end_(shared_from_this());
  }

  tcp::socket client_;
  tcp::socket target_;
  OnEnd on_end_;
  Buffer upstream_;
  Buffer downstream_;
};

}  // namespace

class Relay::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, ListenAddress target)
      : executor_(executor), acceptor_(executor), target_(std::move(target)) {}

  Result<ListenAddress> start() {
    tcp::resolver resolver(executor_);
    ErrorCode error;
    const auto found = resolver.resolve(target_.host, std::to_string(target_.port), error);
    if (error || found.empty())
      return Error{.code = Errc::unreachable,
                   .message = "resolve " + target_.to_string() + ": " + error.message()};
    endpoint_ = found.begin()->endpoint();
    auto address = listen_on(acceptor_, {.host = "127.0.0.1"});
    if (address) accept();
    return address;
  }

  void cut() {
    cut_ = true;
    for (const auto& pair : std::exchange(pairs_, {})) pair->reset();
  }

  void mend() { cut_ = false; }

  void shut() {
    ErrorCode ignored;
    acceptor_.close(ignored);
    for (const auto& pair : std::exchange(pairs_, {})) pair->close();
  }

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this()](ErrorCode error, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (!error) self->admit(std::move(socket));
      self->accept();
    });
  }

  void admit(tcp::socket socket) {
    auto forget = [weak = weak_from_this()](const std::shared_ptr<Pair>& pair) {
      if (const auto self = weak.lock()) self->pairs_.erase(pair);
    };
    const auto pair = std::make_shared<Pair>(std::move(socket), std::move(forget));
    if (cut_) return pair->reset();
    pairs_.insert(pair);
    pair->start(endpoint_);
  }

  asio::any_io_executor executor_;
  tcp::acceptor acceptor_;
  ListenAddress target_;
  tcp::endpoint endpoint_;
  std::unordered_set<std::shared_ptr<Pair>> pairs_;
  bool cut_ = false;
};

Relay::Relay(boost::asio::any_io_executor executor, ListenAddress target)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(target))) {}

Relay::~Relay() { impl_->shut(); }

Result<ListenAddress> Relay::start() { return impl_->start(); }

void Relay::cut() { impl_->cut(); }

void Relay::mend() { impl_->mend(); }

}  // namespace parley::net
