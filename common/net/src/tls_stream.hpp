#pragma once
#include <memory>
#include <parley/error.hpp>
#include <string>

#include "common/net/src/byte_stream.hpp"
#include "common/net/src/handshakes.hpp"
#include "common/net/src/tls_context.hpp"

namespace parley::net {

/// A ByteStream that can say why a handshake failed.
class TlsStream : public ByteStream {
 public:
  /// What is wrong with the peer's certificate; "" if nothing is.
  virtual std::string certificate_problem() const = 0;
};

/// Ready for the handshake: the server's name is announced and, if `options.verify`, checked.
std::unique_ptr<TlsStream> make_tls_client_stream(tcp::socket socket, TlsContext context,
                                                  const std::string& host, bool verify);

/// With which a handshake ends that had to make room for others.
inline const ErrorCode kTooManyHandshakes = asio::error::no_buffer_space;

/// The handshake is computed by the threads of `handshakes`; everything else happens on the socket's
/// executor.
std::unique_ptr<TlsStream> make_tls_server_stream(tcp::socket socket, TlsContext context,
                                                  std::shared_ptr<Handshakes> handshakes);

}  // namespace parley::net
