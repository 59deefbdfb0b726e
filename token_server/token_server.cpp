#include "token_server/token_server.hpp"

#include "common/base/sid.hpp"
#include "common/net/http_server.hpp"
#include "common/protocol/token/verifier.hpp"
#include "token_server/routes.hpp"

namespace parley::token_server {
namespace {

// A request is an identity and little more.
constexpr std::size_t kBodyBytes = 4 * 1024;

Error bad_config(std::string message) {
  return {.code = Errc::invalid_config, .message = std::move(message)};
}

// Finds a wrong key, service or life before the first user does.
Result<void> try_minting(const MintPolicy& policy, WallTime now) {
  if (!is_sid(policy.chat_service_sid, "IS"))
    return bad_config("chat_service_sid: expected \"IS\" and 32 lower-case hex digits");
  const token::TokenSpec spec{.identity = "trial",
                              .ttl = policy.ttl,
                              .grants = {token::ChatGrant{.service_sid = policy.chat_service_sid}}};
  const auto token = token::mint(policy.key, spec, now);
  if (!token) return bad_config(token.error().message);
  const auto claims =
      token::verify(*token, token::KeyRing(policy.key), {.service_sids = {policy.chat_service_sid}}, now);
  if (!claims) return bad_config("a token made on trial was refused: " + claims.error().message);
  return {};
}

}  // namespace

class TokenServer::Impl {
 public:
  Impl(boost::asio::any_io_executor executor, TokenServerOptions options, const Clock& clock, RequestLog log)
      : listen_(options.listen),
        policy_{std::move(options.key), std::move(options.chat_service_sid), options.ttl},
        clock_(clock),
        log_(std::move(log)),
        server_(std::move(executor), {.listen = listen_, .tls = {}, .max_body_bytes = kBodyBytes},
                [this](const http::Request& request, const std::string&, net::HttpReply reply) {
                  handle(request, reply);
                }) {}

  Result<net::ListenAddress> start() {
    if (!listen_.is_loopback())
      return bad_config("listen: expected a loopback address, because callers are not authenticated yet");
    if (auto tried = try_minting(policy_, clock_.wall_now()); !tried) return tried.error();
    return server_.start();
  }

  void stop(Duration grace, std::function<void()> done) { server_.stop(grace, std::move(done)); }

 private:
  void handle(const http::Request& request, const net::HttpReply& reply) {
    auto [response, record] = answer(request, policy_, clock_.wall_now());
    if (log_) log_(record);
    reply(std::move(response));
  }

  net::ListenAddress listen_;
  MintPolicy policy_;
  const Clock& clock_;
  RequestLog log_;
  net::HttpServer server_;  // last: its handler uses the rest
};

TokenServer::TokenServer(boost::asio::any_io_executor executor, TokenServerOptions options,
                         const Clock& clock, RequestLog log)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(options), clock, std::move(log))) {}

TokenServer::~TokenServer() = default;

Result<net::ListenAddress> TokenServer::start() { return impl_->start(); }

void TokenServer::stop(Duration grace, std::function<void()> done) { impl_->stop(grace, std::move(done)); }

}  // namespace parley::token_server
