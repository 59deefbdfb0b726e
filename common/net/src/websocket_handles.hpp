#pragma once
#include <memory>
#include <utility>

#include "common/net/src/websocket.hpp"

namespace parley::net {

/// What the owner holds of a socket that keeps itself alive while something is pending: dropping it ends it.
template <class Socket>
class StreamHandle final : public MessageStream {
 public:
  explicit StreamHandle(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  ~StreamHandle() override { socket_->drop(); }

  void start(Callbacks callbacks) override { socket_->start(std::move(callbacks)); }
  void send(std::shared_ptr<const std::string> message) override { socket_->send(std::move(message)); }
  void ping() override { socket_->ping(); }
  std::size_t queued_bytes() const override { return socket_->queued_bytes(); }
  void close(Duration grace) override { socket_->close(grace); }
  std::string peer_address() const override { return socket_->peer_address(); }

 private:
  std::shared_ptr<Socket> socket_;
};

/// The same during the handshake.
template <class Socket>
class HandshakeHandle final : public PendingWebSocket {
 public:
  explicit HandshakeHandle(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  ~HandshakeHandle() override { socket_->cancel_handshake(); }

 private:
  std::shared_ptr<Socket> socket_;
};

}  // namespace parley::net
