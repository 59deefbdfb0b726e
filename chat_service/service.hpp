#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <parley/error.hpp>

#include "common/base/limits.hpp"
#include "common/net/url.hpp"
#include "common/protocol/token/verifier.hpp"

namespace parley {

struct ServiceOptions {
  net::ListenAddress listen{"127.0.0.1", 0};  ///< port 0: the system chooses
  std::string public_url;                     ///< "http://host:port" as clients reach it; empty: as listening
  std::string database = ":memory:";          ///< or a file; its directory must exist
  std::string account_sid;                    ///< AC...
  std::string chat_service_sid;               ///< IS...
  token::KeyRing keys;                        ///< whose tokens are accepted
  std::size_t max_connections = 20'000;
  std::size_t send_queue_bytes = limits::kSendQueueBytes;  ///< more than that for seconds: cut off
  /// One line of text for the operator, without identities, tokens or message bodies. Called on the
  /// service's thread. Empty: quiet.
  std::function<void(const std::string&)> log;
};

/// A chat service in this process: WebSocket at /v3/wsconnect, GET /healthz.
///
///     parley::Service service({.account_sid = ..., .chat_service_sid = ..., .keys = ...});
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

  /// Opens the database and listens. Call once. Fails with Errc::storage_error or Errc::unreachable (the
  /// address); nothing runs then.
  Result<net::ListenAddress> start();

  /// Tells the clients to come back later, lets them leave, commits, and returns when everything has ended,
  /// after `grace` (and the rest at once) at the latest. Harmless to repeat.
  void stop(std::chrono::milliseconds grace);

  /// "ws://host:port/v3/wsconnect"; "" before start().
  std::string url() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley
