#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/http.hpp"
#include "common/base/limits.hpp"
#include "common/net/connection_limit.hpp"
#include "common/net/http_body.hpp"
#include "common/net/message_stream.hpp"
#include "common/net/tls.hpp"
#include "common/net/url.hpp"

namespace parley::net {

struct HttpServerOptions {
  ListenAddress listen{};
  std::optional<TlsServerOptions> tls{};
  std::size_t max_header_bytes = limits::kHttpHeaderBytes;
  std::size_t max_body_bytes = limits::kHttpBodyBytes;
  std::size_t max_message_bytes = limits::kPacketBytes;        ///< of an upgraded connection
  std::size_t max_first_message_bytes = limits::kPacketBytes;  ///< of its first message
  std::size_t max_connections = 20'000;  ///< open sockets, upgraded ones too; more are closed at once
  /// Of one peer: an IPv4 address or an IPv6 /64. 0: no limit. More are closed at once. A trusted proxy may
  /// have any number, because its connections are those of many clients: of these each may have as many
  /// upgraded ones, and an upgrade beyond that is refused with 429.
  std::size_t max_connections_per_address = 0;
  /// Addresses of proxies whose X-Forwarded-For is believed: handlers, hooks and upgraded streams are then
  /// told the client's address as the peer's, see client_address().
  std::vector<std::string> trusted_proxies{};
  /// Bytes of bodies that are collected and of WebSocket messages, that are not whole yet: in sum, over all
  /// connections of this server. Beyond it the connection that has taken longest over its body or message is
  /// closed: 503, or a WebSocket's code 1013. The first limits::kInboundFreeBytes of each do not count.
  std::size_t max_inbound_bytes = limits::kInboundBytes;
  /// TLS handshakes that wait for their peer; beyond it the one that has waited longest is closed.
  std::size_t max_waiting_handshakes = limits::kTlsHandshakesWaiting;
  /// When the process can open no more descriptors, a connection is served by one that was kept for it, one
  /// at a time, instead of being closed at once: for those who look after the service.
  bool serves_with_spare_descriptor = false;
  Duration header_timeout = std::chrono::seconds(10);  ///< also for TLS, the first byte and 101
  /// For a body that is collected, and for the client to take a response that is made as a whole. Of a body
  /// that is streamed, in or out, the client's longest silence; over twice this time it must also do 1 KiB/s.
  Duration body_timeout = std::chrono::seconds(30);
  /// For a source to bring its next piece (otherwise 500, or the end if some were sent), and for a sink that
  /// holds back to want more (otherwise 503): a disk that does not answer holds up nobody for ever in the
  /// middle of a body.
  Duration piece_timeout = std::chrono::minutes(2);
  Duration idle_timeout = std::chrono::seconds(60);  ///< between requests of a kept connection
};

/// Answers one request. May answer later and from any thread; must answer exactly once (a second answer is
/// ignored). An exception is answered with 500. The address is valid during the call only.
using HttpReply = std::function<void(http::Response)>;
using HttpHandler = std::function<void(http::Request, const std::string& peer_address, HttpReply)>;
/// Sees a response by which the server itself refuses a request, before it is written, and may change it.
using RefusalHook = std::function<void(http::Response&, const std::string& peer_address)>;
/// Decides on a WebSocket upgrade for a path: nothing = accept, a response = refuse with it.
using UpgradeCheck =
    std::function<std::optional<http::Response>(const http::Request&, const std::string& peer)>;
using UpgradeHandler = std::function<void(std::unique_ptr<MessageStream>)>;

/// A small HTTP/1.1 server on Beast, with WebSocket upgrade. All callbacks run on the executor, which must
/// be a strand or single-threaded.
///
/// Malformed, oversized and slow requests are answered here (400, 408, 413, 417, 431, 505) with the JSON body
/// {"status","code","message"} (20001 for 400, else 20000 + status) and never reach the handler. Requests
/// of one connection are handled one after the other.
///
/// A response may have a http::AsyncBodySource instead of a body: it is sent in pieces of 64 KiB as the
/// client takes them; while a piece is awaited others are served, and no deadline runs. One that fails at its
/// beginning is answered with 500, later the connection is closed. Its status and headers (206,
/// Content-Range) are the handler's business.
///
/// TLS handshakes are computed by a few threads of their own, where peers take turns, so that a flood of them
/// does not hold up who is connected; servers that share a listening socket share these threads.
///
/// More than one core: one server per executor, all of them accepting from one listening socket; see
/// start_beside(). Nothing is shared between them but that socket and the limits on connections.
///
/// The handler may destroy the server.
class HttpServer {
 public:
  HttpServer(boost::asio::any_io_executor executor, HttpServerOptions options, HttpHandler handler);
  /// Closes everything at once, but for upgraded connections; nothing runs afterwards.
  ~HttpServer();

  /// Call before start(). `handler` gets the stream after the handshake; an upgrade whose WebSocket headers
  /// are wrong is refused here. Without this every upgrade reaches the request handler as an ordinary
  /// request, and so does an upgrade to anything but a WebSocket.
  void on_upgrade(UpgradeCheck check, UpgradeHandler handler);

  /// Call before start(). Request bodies for which `check` gives a sink are streamed to it. Without this all
  /// are collected for the handler.
  void on_body(BodyCheck check);

  /// Call before start(). `hook` runs once for each 400, 408, 413, 417, 429, 431, 500 (an exception), 503 (an
  /// upgrade while the server stops) and 505 that is answered here: to add headers, to count, to log.
  void on_refusal(RefusalHook hook);

  /// Call before start(). `hook` runs once for each connection that a limit closes, and must not destroy the
  /// server: to count, to log.
  void on_limit(LimitHook hook);

  /// Binds and listens. The address returned has the real port. Fails with Errc::unreachable (the address
  /// cannot be had) or Errc::invalid_config (a TLS file cannot be used).
  Result<ListenAddress> start();

  /// Instead of start(): accepts from the socket on which `first` listens, whatever `options.listen` says.
  /// The two limits on connections count the sockets of both. With TLS it serves what `first` has loaded, so
  /// that a session begun with one can be resumed with the other. `first` must have started and must not be
  /// used by another thread during this call; afterwards the two are independent, and each may stop or end
  /// first: connections that wait are then taken by the other. Fails with Errc::invalid_config (`first` does
  /// not listen, the system is Windows, a TLS file cannot be used).
  Result<void> start_beside(const HttpServer& first);

  /// Reads certificate and key again, from the same files or from others. Connections that are open keep
  /// theirs, new ones get the new ones. On failure (Errc::invalid_config, which names the file) nothing
  /// changes. A server that was made without TLS stays without.
  Result<void> reload_tls();
  Result<void> reload_tls(TlsServerOptions options);
  /// What new connections get now; null without TLS, or before it has started.
  std::shared_ptr<const TlsIdentity> tls() const;
  /// After reload_tls() of the server beside which this one started: the same for this one. Null changes
  /// nothing.
  void use_tls(std::shared_ptr<const TlsIdentity> identity);

  /// Open sockets, upgraded ones too. Any thread.
  std::size_t connections() const;

  /// What counts for HttpServerOptions::max_inbound_bytes now, and all that is held of it. On the executor.
  std::size_t inbound_bytes() const;

  /// Stops accepting, lets requests in flight finish (their answers say "Connection: close"), closes idle
  /// connections; `done` runs when all HTTP connections ended or after `grace`, never inside this call. What
  /// has arrived before is in flight: connections that wait to be accepted, and requests of which the first
  /// byte is here. A connection that has made no request yet gets one second for its first. Upgraded
  /// connections belong to their owner.
  void stop(Duration grace, std::function<void()> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::net
