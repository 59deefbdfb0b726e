#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <parley/error.hpp>

#include "chat_service/options.hpp"
#include "common/base/limits.hpp"
#include "common/net/tls.hpp"
#include "common/net/url.hpp"

namespace parley {

namespace net {
class InProcessListener;
}

struct ServiceOptions {
  net::ListenAddress listen{"127.0.0.1", 0};  ///< port 0: the system chooses
  std::string public_url;                     ///< "http://host:port" as clients reach it; empty: as listening
  std::string database = ":memory:";          ///< or a file; its directory must exist
  std::vector<chat_service::Tenant> tenants;  ///< at least one, each with a service SID of its own
  chat_service::Throttle throttle;
  chat_service::MediaOptions media;
  chat_service::MessageOptions messages;
  std::optional<net::TlsServerOptions> tls;  ///< nothing: plain; TLS is somewhere in front
  std::vector<std::string> allowed_origins;  ///< web pages that may connect from a browser; empty: any
  /// Addresses of proxies whose X-Forwarded-For is believed: limits and the log are then about its clients.
  std::vector<std::string> trusted_proxies{};
  std::optional<net::ListenAddress> metrics_listen{};  ///< plain HTTP: /metrics, /healthz, /readyz
  std::size_t max_connections = 20'000;
  /// Of one IPv4 address or IPv6 /64; 0: no limit. A trusted proxy may have any number, each of its clients
  /// as many chat connections.
  std::size_t max_connections_per_address = 0;
  chat_service::ConnectionLimits connection_limits{};
  std::size_t send_queue_bytes = limits::kSendQueueBytes;  ///< more than that for seconds: cut off
  /// For all receivers together; beyond it those with the longest queues are cut off.
  std::size_t total_queue_bytes = limits::kTotalQueueBytes;
  /// Bodies and messages that have come in part, over all connections; beyond it the oldest is closed.
  std::size_t total_inbound_bytes = limits::kInboundBytes;
  /// One line of JSON for the operator, without identities, tokens or message bodies. Called on the service's
  /// thread. Empty: quiet.
  std::function<void(const std::string&)> log;
  /// Tests replace them; both must outlive the service. Its calendar, deadlines, limits and pings go by the
  /// clock; timeouts of sockets and TLS, the grace of stop() and the dates of certificates by the machine's.
  Seams seams{};
};

/// A chat service in this process: WebSocket at /v3/wsconnect, media below /v1/Services, /healthz, /readyz.
///
///     parley::ServiceOptions options;
///     options.tenants = {{.account_sid = "AC...", .service_sid = "IS...", .keys = token::KeyRing(key)}};
///     parley::Service service(std::move(options));
///     auto address = service.start();        // port 0 became a real one
///     connect_to(service.url());             // "ws://127.0.0.1:34567/v3/wsconnect"
///
/// Thread rule: start() and stop() from one thread, not from the log hook. The service runs on a thread of
/// its own; nothing else of the program runs there but the log hook. Lifetime: the destructor stops at once.
class Service {
 public:
  explicit Service(ServiceOptions options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Opens the database and listens. Call once. Fails with Errc::storage_error (also if another service uses
  /// the same file), Errc::unreachable (the address) or Errc::invalid_config (TLS files); nothing runs then.
  Result<net::ListenAddress> start();

  /// Tells the clients to come back later, lets them leave, commits, and returns when everything has ended,
  /// after `grace` (and the rest at once) at the latest. Harmless to repeat.
  void stop(std::chrono::milliseconds grace);

  /// Reads certificate and key again, for connections to come; those that are open keep theirs. On failure
  /// (Errc::invalid_config, which names the file) nothing changes. Harmless without TLS.
  Result<void> reload_tls();

  /// "ws://host:port/v3/wsconnect", with TLS "wss://..."; "" before start().
  std::string url() const;
  /// For clients in this process: no port, no socket. In parley's SDK:
  /// Endpoint::stream(service.in_process()). Connections are refused before start() and after stop(); the
  /// listener may outlive the service. Any thread.
  std::shared_ptr<net::InProcessListener> in_process() const;
  /// Where metrics are, if options.metrics_listen is set; after start().
  std::optional<net::ListenAddress> metrics_address() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
