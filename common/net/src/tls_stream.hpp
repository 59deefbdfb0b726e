#pragma once
#include <memory>
#include <parley/error.hpp>
#include <string>
#include <vector>

#include "common/net/src/byte_stream.hpp"
#include "common/net/src/handshakes.hpp"
#include "common/net/src/tls_bio.hpp"
#include "common/net/src/tls_context.hpp"

namespace parley::net {

/// A ByteStream that can say why a handshake failed, and whose keys it has met.
class TlsStream : public ByteStream {
 public:
  /// Of a handshake of a client that ended with `error`: why, in a sentence that holds nothing of the
  /// server's.
  virtual std::string handshake_problem(const ErrorCode& error) const = 0;
  /// Whether a certificate of the server's chain, as it was verified, has one of these keys. Without
  /// verification only the server's own counts.
  virtual bool has_pin(const std::vector<std::string>& pins) const = 0;
};

/// Ready for the handshake: the server's name is announced and, if `verify`, checked: against the subject
/// alternative names only.
std::unique_ptr<TlsStream> make_tls_client_stream(TlsSocket socket, TlsContext context,
                                                  const std::string& host, bool verify);

/// With which a handshake ends that had to make room for others.
inline const ErrorCode kTooManyHandshakes = asio::error::no_buffer_space;

/// The handshake is computed by the threads of `handshakes`; everything else happens on the socket's
/// executor.
std::unique_ptr<TlsStream> make_tls_server_stream(tcp::socket socket, TlsContext context,
                                                  std::shared_ptr<Handshakes> handshakes);

}  // namespace parley::net
