#pragma once
#include <string>
#include <string_view>

#include "common/base/http.hpp"

namespace parley::net {

/// The server's answer to a request for a WebSocket (RFC 6455, 4.2): 101, or why not.
struct HandshakeAnswer {
  int status = 101;
  std::string bytes;  ///< as they go on the wire; nothing follows a refusal
};

/// True for a request that asks for a WebSocket, well-formed or not: answer_handshake() refuses the latter.
bool is_websocket_upgrade(const http::Request& request);

/// 101 without any extension or subprotocol; 426 names the version that is spoken, 400 is for the rest.
HandshakeAnswer answer_handshake(const http::Request& request);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

}  // namespace parley::net
