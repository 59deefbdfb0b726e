#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <parley/seams.hpp>
#include <string>
#include <vector>

#include "common/net/http_server.hpp"
#include "token_server/callers/authenticator.hpp"
#include "token_server/http/exchange.hpp"
#include "token_server/http/metrics.hpp"
#include "token_server/http/rate_limiter.hpp"
#include "token_server/http/request_log.hpp"
#include "token_server/sessions/condition.hpp"
#include "token_server/sessions/session_service.hpp"

namespace parley::token_server {

/// A rate limiter and what it counts by.
struct Limit {
  const char* by;
  /// Shared with threads of the sessions, which may outlive the server.
  std::shared_ptr<RateLimiter> limiter = std::make_shared<RateLimiter>();
};

/// What the workers of one server share. Everything in it may be used by any thread.
struct Shared {
  const Clock& clock;
  RequestLog log{};
  net::LimitHook limited{};
  SessionService* sessions = nullptr;  ///< null: nobody has a session
  bool secure = false;                 ///< served over TLS
  /// Of a server without sessions: whether its audit log can be written.
  Condition audit_log{"the audit log", {}};
  Metrics metrics{};
  Limit addresses{"address"};
  Limit identities{"identity"};
  Limit callers{"caller"};

  /// The answer to a probe for readiness.
  http::Response readiness();
};

/// The server but its sockets: takes a request through its checks to its answer. Every answer, also of a
/// request that the HTTP server refuses itself, gets the headers, the log line and the count here.
///
/// One per worker; all calls on its executor. `shared` must outlive it; answers that are still being worked
/// out when it is destroyed are not given.
class Api : public std::enable_shared_from_this<Api> {
 public:
  Api(boost::asio::any_io_executor executor, Shared& shared);

  /// From now on requests are answered by this configuration; those under way keep theirs.
  void use(std::shared_ptr<Authenticator> authenticator);
  void handle(http::Request request, const std::string& peer, net::HttpReply reply);
  /// For a response that the HTTP server made without asking us.
  void note_refusal(http::Response& response, const std::string& peer);

 private:
  void dispatch(const ExchangePtr& exchange);
  void answer_no_route(const ExchangePtr& exchange);

  void mint(const ExchangePtr& exchange);
  void serve(const ExchangePtr& exchange, const std::shared_ptr<const Caller>& caller);

  void mint_by_query(const ExchangePtr& exchange);
  void log_in(const ExchangePtr& exchange);
  void begin_session(const ExchangePtr& exchange, const Caller& caller, const TokenWish& wish);
  void renew(const ExchangePtr& exchange);
  void revoke(const ExchangePtr& exchange);
  void finish_session(const ExchangePtr& exchange, const Session& session);
  void refuse_session(const ExchangePtr& exchange, const Error& error);

  /// Mints for a caller who may have it, and writes it down; nothing if an answer has been given.
  std::optional<MintedToken> mint_for(const ExchangePtr& exchange, const CallerPolicy& policy,
                                      const TokenWish& wish);
  /// True if it may go on; else the answer has been given.
  bool admit(const ExchangePtr& exchange, Limit& limit, std::string_view party, unsigned per_minute);
  bool admit_address(const ExchangePtr& exchange);
  /// The limit of an identity, for those who learn only later whose request it is.
  Admit admission(const ExchangePtr& exchange) const;
  /// Runs `next` on our executor if we are still there.
  template <class Next>
  auto back_here(Next next);

  void finish(const ExchangePtr& exchange, http::Response response);
  void decorate(const ExchangePtr& exchange, http::Response& response) const;
  std::string next_request_id();

  boost::asio::any_io_executor executor_;
  Shared& shared_;
  struct Retired {
    std::shared_ptr<Authenticator> authenticator;
    TimePoint since;
  };

  std::shared_ptr<Authenticator> authenticator_;
  std::vector<Retired> retired_;  ///< tokens may still wait for keys in them
  std::string id_prefix_;
  std::uint64_t requests_ = 0;
};

}  // namespace parley::token_server
