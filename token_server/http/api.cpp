#include "token_server/http/api.hpp"

#include "common/base/random.hpp"
#include "common/base/redact.hpp"
#include "common/net/client_address.hpp"
#include "token_server/http/cors.hpp"
#include "token_server/http/openapi.hpp"
#include "token_server/http/replies.hpp"
#include "token_server/http/request_fields.hpp"

namespace parley::token_server {
namespace {

constexpr const char* kChallenge = "Bearer realm=\"token_server\"";
constexpr const char* kStayWithTls = "max-age=31536000";
constexpr std::size_t kOurHeaders = 8;  // at most
// Longer than any token waits for its issuer's keys.
constexpr auto kLongestWait = std::chrono::seconds(30);

Error too_many(const char* by, Duration wait) {
  return {.code = Errc::too_many_requests,
          .message = "too many requests for this " + std::string(by),
          .http_status = 429,
          .retry_after = std::chrono::ceil<std::chrono::milliseconds>(wait)};
}

http::Response nobody_named() {
  return {.status = 403, .headers = {}, .body = "Forbidden", .content_type = "text/plain"};
}

}  // namespace

Api::Api(boost::asio::any_io_executor executor, Shared& shared)
    : executor_(std::move(executor)), shared_(shared) {
  SecureRandom random;
  id_prefix_ = random_hex(random, 6) + "-";
}

void Api::use(std::shared_ptr<Authenticator> authenticator) {
  const auto now = shared_.clock.now();
  std::erase_if(retired_, [&](const Retired& old) { return now - old.since > kLongestWait; });
  authenticator->begin(authenticator_.get());
  if (authenticator_) retired_.push_back({std::move(authenticator_), now});
  authenticator_ = std::move(authenticator);
}

void Api::handle(http::Request request, const std::string& peer, net::HttpReply reply) {
  auto exchange = std::make_shared<Exchange>();
  exchange->started = shared_.clock.now();
  exchange->held_site = authenticator_->site();
  exchange->address = net::client_address(request, peer, exchange->site().trusted_proxies);
  exchange->record.id = next_request_id();
  exchange->record.method = http::known_method(request.method);
  exchange->record.address = exchange->address;
  exchange->request = std::move(request);
  exchange->reply = std::move(reply);
  dispatch(exchange);
}

void Api::dispatch(const ExchangePtr& exchange) {
  const auto& request = exchange->request;
  exchange->route = find_route(request.path, request.method, exchange->site().offer);
  if (!exchange->route) return answer_no_route(exchange);
  exchange->record.route = exchange->route->path;
  switch (exchange->route->action) {
    case Action::mint:
      return mint(exchange);
    case Action::mint_by_query:
      return mint_by_query(exchange);
    case Action::log_in:
      return log_in(exchange);
    case Action::renew:
      return renew(exchange);
    case Action::revoke:
      return revoke(exchange);
    case Action::tell_health:
      return finish(exchange, state_reply(200, "ok"));
    case Action::tell_readiness:
      return finish(exchange, shared_.readiness());
    case Action::describe:
      return finish(exchange, {.status = 200, .headers = {}, .body = openapi_text()});
  }
}

void Api::answer_no_route(const ExchangePtr& exchange) {
  const auto methods = methods_of(exchange->request.path, exchange->site().offer);
  if (methods.empty()) return finish(exchange, failure_reply(404, "there is nothing at this path"));
  if (exchange->request.method == "OPTIONS")
    return finish(exchange, options_reply(exchange->request, exchange->site().allowed_origins, methods));
  auto response = failure_reply(405, "this path answers " + methods);
  response.headers.emplace_back("Allow", methods);
  finish(exchange, std::move(response));
}

http::Response Shared::readiness() {
  const bool ready = audit_log.works() && (!sessions || sessions->healthy());
  return ready ? state_reply(200, "ready") : state_reply(503, "database or audit log not available");
}

// A back end speaks for many people from one address; its own rate is what limits it. All others have to be
// within their address's rate before anything costs more than a look at their header.
void Api::mint(const ExchangePtr& exchange) {
  if (const auto backend = authenticator_->find_backend(exchange->request)) return serve(exchange, backend);
  if (!admit_address(exchange)) return;
  authenticator_->authenticate(exchange->request,
                               [weak = weak_from_this(), exchange](Result<Authenticator::CallerPtr> caller) {
                                 const auto self = weak.lock();
                                 if (!self) return;
                                 if (!caller) return self->finish(exchange, failure_reply(caller.error()));
                                 self->serve(exchange, *caller);
                               });
}

void Api::serve(const ExchangePtr& exchange, const std::shared_ptr<const Caller>& caller) {
  exchange->record.caller = to_string(caller->policy.kind);
  exchange->record.caller_name = caller->name;
  if (!admit(exchange, shared_.callers, caller->name, caller->requests_per_minute.value_or(0))) return;

  auto wish = read_token_wish(exchange->request);
  if (!wish) return finish(exchange, failure_reply(wish.error()));
  if (wish->identity.empty() && caller->identity.empty() && exchange->route->is_seed)
    return finish(exchange, nobody_named());
  wish = permit(*caller, std::move(*wish));
  if (!wish) return finish(exchange, failure_reply(wish.error()));
  const auto per_minute = exchange->site().rates.per_minute_and_identity;
  if (!admit(exchange, shared_.identities, wish->identity, per_minute)) return;
  if (caller->policy.kind == CallerKind::oidc) return begin_session(exchange, *caller, *wish);
  if (const auto minted = mint_for(exchange, caller->policy, *wish)) finish(exchange, token_reply(*minted));
}

std::optional<MintedToken> Api::mint_for(const ExchangePtr& exchange, const CallerPolicy& policy,
                                         const TokenWish& wish) {
  auto& record = exchange->record;
  record.identity = redact_identity(wish.identity);
  auto minted = token_server::mint(policy, wish, exchange->site().accounts, shared_.clock.wall_now());
  if (!minted) {
    finish(exchange, failure_reply(minted.error()));
    return std::nullopt;
  }
  shared_.metrics.token_minted(policy.kind);
  record.account = minted->account;
  record.token_id = std::move(minted->token_id);
  record.ttl = minted->ttl;
  return std::move(*minted);
}

bool Api::admit(const ExchangePtr& exchange, Limit& limit, std::string_view party, unsigned per_minute) {
  const auto wait = limit.limiter->take(party, per_minute, exchange->started);
  if (!wait) return true;
  shared_.metrics.rate_limited(limit.by);
  finish(exchange, failure_reply(too_many(limit.by, *wait)));
  return false;
}

Admit Api::admission(const ExchangePtr& exchange) const {
  return [exchange, limit = shared_.identities](const SessionSubject& subject) -> std::optional<Error> {
    const auto wait = limit.limiter->take(subject.identity, exchange->site().rates.per_minute_and_identity,
                                          exchange->started);
    exchange->is_rate_limited = wait.has_value();
    if (!wait) return std::nullopt;
    return too_many(limit.by, *wait);
  };
}

bool Api::admit_address(const ExchangePtr& exchange) {
  return admit(exchange, shared_.addresses, net::address_group(exchange->address),
               exchange->site().rates.per_minute_and_address);
}

void Api::finish(const ExchangePtr& exchange, http::Response response) {
  const bool is_bare = exchange->route && exchange->route->action == Action::mint_by_query;
  if (is_bare && response.status >= 400) response = bare_failure(std::move(response));
  decorate(exchange, response);
  auto& record = exchange->record;
  record.status = response.status;
  record.took = shared_.clock.now() - exchange->started;
  if (exchange->is_rate_limited) shared_.metrics.rate_limited(shared_.identities.by);
  shared_.metrics.request(record.route, record.status, record.took);
  if (shared_.log) shared_.log(record);
  if (exchange->reply) exchange->reply(std::move(response));
}

void Api::decorate(const ExchangePtr& exchange, http::Response& response) const {
  response.headers.reserve(response.headers.size() + kOurHeaders);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Request-Id", exchange->record.id);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", kChallenge);
  if (shared_.secure) response.headers.emplace_back("Strict-Transport-Security", kStayWithTls);
  add_cors_headers(exchange->request, exchange->site().allowed_origins, response);
}

void Api::note_refusal(http::Response& response, const std::string& peer) {
  auto exchange = std::make_shared<Exchange>();
  exchange->started = shared_.clock.now();
  exchange->held_site = authenticator_->site();
  exchange->record.id = next_request_id();
  exchange->record.address = peer;
  exchange->reply = [&response](http::Response decorated) { response = std::move(decorated); };
  finish(exchange, std::move(response));
}

std::string Api::next_request_id() { return id_prefix_ + std::to_string(++requests_); }

}  // namespace parley::token_server
