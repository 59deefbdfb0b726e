#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/net/proxy.hpp"
#include "common/net/tls.hpp"
#include "common/net/url.hpp"

namespace parley::net {

/// One WebSocket as a stream of whole messages. Everything happens on the executor it was made with, which
/// must be a strand or single-threaded; no callback runs inside a call of this class.
///
/// Destroying it closes the socket at once, also from inside a callback; no callback runs afterwards.
class MessageStream {
 public:
  struct Callbacks {
    /// One whole binary message; the bytes are valid during the call only.
    std::function<void(std::string_view bytes)> on_message;
    /// Exactly once, last. Also after close(). The reasons: client_closed (close() was called),
    /// connection_lost (the peer closed or vanished; a closing code is in server_code, its text in
    /// server_text), protocol_error (text message, bad frame), limit_exceeded (message too long).
    std::function<void(Error reason)> on_closed{};
    /// The peer sent what is not taken: a text message or one that is too long. The last moment for send();
    /// the stream closes behind that and on_closed follows. Servers only; may be empty.
    std::function<void(const Error& reason)> on_refused{};
    /// Something came from the peer: a part of a message that is not whole yet, a message, a ping or a pong.
    /// Called before the callbacks for what has become whole with it, once for all that was read at once. May
    /// be empty.
    std::function<void()> on_input{};
  };

  virtual ~MessageStream() = default;

  /// Call once, before anything else.
  virtual void start(Callbacks callbacks) = 0;
  /// Queues one binary message. The buffer may be shared by many streams. Ignored after close. The
  /// messages of one turn of the executor leave together.
  virtual void send(std::shared_ptr<const std::string> message) = 0;
  /// Asks the peer for a sign of life: it answers by itself, which on_input tells. Leaves before messages
  /// that wait to be sent, but not in the middle of one. Several before one has left are one. Ignored after
  /// close.
  virtual void ping() = 0;
  /// Bytes queued and not yet handed to the system: the measure of a slow consumer.
  virtual std::size_t queued_bytes() const = 0;
  /// Sends what is queued, then the closing handshake, and ends after `grace` at the latest. What the peer
  /// still sends may or may not be delivered.
  virtual void close(Duration grace) = 0;
  /// The peer's address without the port, e.g. "127.0.0.1"; "" if unknown.
  virtual std::string peer_address() const = 0;
};

struct DialOptions {
  Url url{};  ///< ws or wss
  TlsClientOptions tls{};
  Duration timeout = std::chrono::seconds(10);  ///< for everything up to the open socket
  std::size_t max_message_bytes = 0;            ///< longest message accepted; 0: limits::kPacketBytes
  std::optional<Proxy> proxy{};                 ///< whose tunnel leads to the server
};

/// Dropping the handle cancels the dial; the completion then never runs.
class Dial {
 public:
  virtual ~Dial() = default;
};

using DialCompletion = std::function<void(Result<std::unique_ptr<MessageStream>>)>;

/// Resolves, connects, does TLS and the WebSocket handshake. `done` runs once on `executor`, never inside
/// this call. Failures are Errc::unresolved, unreachable, proxy_failed, tls_failed, upgrade_refused (with the
/// http_status if HTTP was spoken), connection_lost (the connection ended during the handshake) and
/// timed_out, all with the stage named, and Errc::invalid_config for a CA file that cannot be used.
std::unique_ptr<Dial> dial_websocket(boost::asio::any_io_executor executor, DialOptions options,
                                     DialCompletion done);

}  // namespace parley::net
