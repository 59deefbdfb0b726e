#pragma once
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <string>

#include "common/base/http.hpp"
#include "common/net/message_stream.hpp"
#include "common/net/src/byte_stream.hpp"
#include "common/net/src/inbound_buffers.hpp"
#include "common/net/src/websocket_frames.hpp"
#include "common/net/src/websocket_handshake.hpp"

namespace parley::net {

/// A WebSocket handshake under way. Dropping it cancels: the socket is closed, `ready` never runs.
class PendingWebSocket {
 public:
  virtual ~PendingWebSocket() = default;
};

/// Runs once, never inside the call that started the handshake. Errors have no stage in their message.
using WebSocketReady = std::function<void(Result<std::unique_ptr<MessageStream>>)>;

struct WebSocketRequest {
  std::string authority;  ///< for the Host header
  std::string target;
};

/// The client's half. The caller keeps the deadline.
std::unique_ptr<PendingWebSocket> websocket_connect(std::unique_ptr<ByteStream> stream,
                                                    WebSocketRequest request, std::size_t max_message_bytes,
                                                    WebSocketReady ready);

/// The bytes of a connection whose request for an upgrade, or the answer to it, has been read.
struct UpgradedStream {
  std::unique_ptr<ByteStream> stream;
  std::string read_ahead;                   ///< what came behind that
  std::shared_ptr<InboundBuffers> inbound;  ///< where messages that are not whole count; of a server
  std::string peer_address;                 ///< of a server: the client's, which may not be the stream's
};

/// The server's half: answers 101 (or 400/426 if the request's
/// WebSocket headers are wrong) within `timeout`.
std::unique_ptr<PendingWebSocket> websocket_accept(UpgradedStream upgraded, const http::Request& request,
                                                   const MessageSizes& most, Duration timeout,
                                                   WebSocketReady ready);

}  // namespace parley::net
