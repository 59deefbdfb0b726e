#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

#include "common/net/connection_limit.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/http/request_log.hpp"
#include "token_server/options.hpp"
#include "token_server/sessions/session_service.hpp"

namespace parley::token_server {

/// What a server uses and does not own; all must outlive it.
struct Surroundings {
  const Clock& clock;
  RequestLog log{};                    ///< may be called by several workers at once
  SessionService* sessions = nullptr;  ///< needed with users or issuers among the callers
  AuditLog* audit = nullptr;           ///< null: nothing is audited
  /// Told, in words without secrets, what an operator should know though the server goes on. Any worker.
  std::function<void(const std::string&)> warn{};
  net::LimitHook
      limited{};  ///< of each connection that a limit closes; may be called by several workers at once
};

/// The token server inside a process.
///
/// Each worker is an executor, a strand or single-threaded, that serves its share of the connections; the
/// first also accepts metrics' readers. start(), reload(), stop() and the destructor belong to the first
/// worker's executor; while start() and the destructor run, no worker may be running elsewhere.
class TokenServer {
 public:
  TokenServer(std::vector<boost::asio::any_io_executor> workers, TokenServerOptions options,
              Surroundings surroundings);
  /// Closes every connection at once.
  ~TokenServer();

  /// Mints and verifies a token of each account on trial, binds and listens. The address returned has the
  /// real port. Fails with Errc::invalid_config if the policy cannot work, if development callers would be
  /// served off loopback, or if a TLS or key file cannot be used; as net::HttpServer::start() if an address
  /// cannot be bound.
  Result<net::ListenAddress> start();
  /// Where metrics are, if they are served; after start().
  std::optional<net::ListenAddress> metrics_address() const;

  /// Replaces the policy and reads the TLS files (`tls`: other ones than before, if TLS is served at all),
  /// for requests and connections to come; nothing under way is disturbed. On failure (as start()) everything
  /// stays as it was.
  Result<void> reload(Policy policy, std::optional<net::TlsServerOptions> tls = {});
  /// Writes down that a new policy was refused before it came here. `why` holds no secret.
  void note_refused_reload(const std::string& why);

  /// Stops accepting and lets requests in flight finish; `done` runs once, on the first worker, after `grace`
  /// at the latest.
  void stop(Duration grace, std::function<void()> done);

  /// Would start() accept this policy? Listens nowhere and asks nobody. Any thread.
  static Result<void> try_out(const Policy& policy, const Clock& clock);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::token_server
