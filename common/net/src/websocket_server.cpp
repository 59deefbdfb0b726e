#include "common/net/src/websocket_handles.hpp"
#include "common/net/src/websocket_stream.hpp"

namespace parley::net {

std::unique_ptr<PendingWebSocket> websocket_accept(UpgradedStream upgraded, const http::Request& request,
                                                   const MessageSizes& most, Duration timeout,
                                                   WebSocketReady ready) {
  auto socket = std::make_shared<WebSocketStream>(Side::server, std::move(upgraded), most);
  socket->accept(answer_handshake(request), timeout, std::move(ready));
  return std::make_unique<HandshakeHandle<WebSocketStream>>(std::move(socket));
}

}  // namespace parley::net
