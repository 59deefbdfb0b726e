#pragma once
#include <boost/beast/websocket/rfc6455.hpp>
#include <parley/error.hpp>

namespace parley::net {

/// Why the handshake failed, without the stage. `http_status`: of the answer, 0 if there was none.
Error handshake_error(const boost::system::error_code& error, int http_status);

/// Why an open WebSocket ended. `closing`: the peer's closing frame, if one came.
Error stream_error(const boost::system::error_code& error,
                   const boost::beast::websocket::close_reason& closing);

}  // namespace parley::net
