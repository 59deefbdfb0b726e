#pragma once
#include <optional>
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

/// A client's request for a WebSocket, without any extension or subprotocol. `key`: of make_handshake_key().
std::string write_handshake(std::string_view authority, std::string_view target, std::string_view key);
/// A new Sec-WebSocket-Key: 16 bytes in Base64 that nobody can foresee.
std::string make_handshake_key();
/// The field of an answer 101 that is not what a request with this key must get; nothing if all are right.
std::optional<std::string_view> find_wrong_field(const http::Fields& answer, std::string_view key);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

}  // namespace parley::net
