#include "common/net/src/proxy_tunnel.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace parley::net {

ProxyTunnel::ProxyTunnel(tcp::socket socket, std::unique_ptr<ProxyHandshake> handshake)
    : socket_(std::move(socket)), handshake_(std::move(handshake)) {}

void ProxyTunnel::start(Done done) {
  done_ = std::move(done);
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->done_) self->proceed(self->handshake_->begin());
  });
}

void ProxyTunnel::cancel() {
  done_ = nullptr;
  ErrorCode ignored;
  socket_.close(ignored);
}

void ProxyTunnel::proceed(Result<ProxyHandshake::Step> step) {
  if (!step) return finish(step.error());
  if (step->open) return finish(Open{std::move(socket_), std::move(step->early)});
  if (step->send.empty()) return read();
  out_ = std::move(step->send);
  asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (!self->done_) return;
    error ? self->on_ended(error) : self->read();
  });
}

void ProxyTunnel::read() {
  socket_.async_read_some(asio::buffer(in_), [self = shared_from_this()](ErrorCode error, std::size_t size) {
    if (!self->done_) return;
    if (error) return self->on_ended(error);
    self->proceed(self->handshake_->take({self->in_.data(), size}));
  });
}

void ProxyTunnel::on_ended(ErrorCode error) {
  const std::string why = error == asio::error::eof ? "" : ": " + error.message();
  finish(Error{.code = Errc::proxy_failed,
               .message = "the proxy closed the connection before the tunnel was open" + why});
}

void ProxyTunnel::finish(Result<Open> result) {
  const auto done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace parley::net
