#include "common/net/src/websocket_errors.hpp"

#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/error.hpp>

namespace parley::net {

namespace websocket = boost::beast::websocket;

Error handshake_error(const boost::system::error_code& error, int http_status) {
  // Only a whole answer that is not the right one is worth its status.
  if (error == websocket::error::upgrade_declined)
    return {.code = Errc::unreachable,
            .message = "the server answered with HTTP status " + std::to_string(http_status),
            .http_status = http_status};
  return {.code = Errc::unreachable, .message = error.message()};
}

Error stream_error(const boost::system::error_code& error, const websocket::close_reason& closing) {
  if (error == websocket::error::closed)
    return {.code = Errc::connection_lost,
            .message = "the peer closed the WebSocket with code " + std::to_string(closing.code),
            .server_code = closing.code,
            .server_text = std::string(closing.reason.data(), closing.reason.size())};
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow)
    return {.code = Errc::limit_exceeded, .message = "a message longer than the limit"};
  if (error == websocket::condition::protocol_violation)
    return {.code = Errc::protocol_error, .message = "not the WebSocket protocol: " + error.message()};
  return {.code = Errc::connection_lost, .message = "the connection ended: " + error.message()};
}

}  // namespace parley::net
