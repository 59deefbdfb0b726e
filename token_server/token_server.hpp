#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>

#include "common/net/url.hpp"
#include "common/protocol/token/access_token.hpp"
#include "token_server/request_log.hpp"

namespace parley::token_server {

struct TokenServerOptions {
  net::ListenAddress listen{"127.0.0.1", 4000};  ///< loopback: callers are not authenticated yet
  token::ApiKey key;
  std::string chat_service_sid;
  std::chrono::seconds ttl = token::kDefaultLife;  ///< 1 s to token::kMaxLife; the program's floor is 180 s
};

/// Called on the server's executor after each request that reached a route or none.
using RequestLog = std::function<void(const RequestRecord&)>;

/// The token server inside a process. All calls on the executor, which must be a strand or single-threaded.
/// Destroying it closes every connection at once; `clock` must outlive it.
class TokenServer {
 public:
  TokenServer(boost::asio::any_io_executor executor, TokenServerOptions options, const Clock& clock,
              RequestLog log = {});
  ~TokenServer();

  /// Mints and verifies a token on trial, binds and listens. The address returned has the real port.
  /// Fails with Errc::invalid_config if the address is not loopback or the key, service or life cannot make a
  /// token that works; as net::HttpServer::start() if the address cannot be bound.
  Result<net::ListenAddress> start();

  /// Stops accepting and lets requests in flight finish; `done` runs once, after `grace` at the latest.
  void stop(Duration grace, std::function<void()> done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::token_server
