#include "token_server/token_server.hpp"

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "common/net/http_server.hpp"
#include "token_server/http/api.hpp"
#include "token_server/http/replies.hpp"
#include "token_server/site.hpp"

namespace parley::token_server {
namespace {

/// How often the files are looked at, also while nobody asks.
constexpr auto kLookEvery = std::chrono::seconds(2);
// A request is a name, a password and little more.
constexpr std::size_t kBodyBytes = 4 * 1024;

Error bad_config(std::string message) {
  return {.code = Errc::invalid_config, .message = std::move(message)};
}

net::HttpServerOptions http_options(const TokenServerOptions& options) {
  return {.listen = options.listen,
          .tls = options.tls,
          .max_body_bytes = kBodyBytes,
          .max_connections = options.max_connections,
          .max_connections_per_address = options.max_connections_per_address};
}

/// One thread's share of the server.
struct Worker {
  Worker(boost::asio::any_io_executor executor, const TokenServerOptions& options, Shared& shared)
      : executor(executor),
        api(std::make_shared<Api>(executor, shared)),
        http(executor, http_options(options),
             [this](http::Request request, const std::string& peer, net::HttpReply reply) {
               api->handle(std::move(request), peer, std::move(reply));
             }) {
    http.on_refusal(
        [this](http::Response& response, const std::string& peer) { api->note_refusal(response, peer); });
    http.on_limit([&shared](net::ConnectionLimit limit, const std::string& peer) {
      shared.metrics.closed_by_limit(limit);
      if (shared.limited) shared.limited(limit, peer);
    });
  }

  boost::asio::any_io_executor executor;
  std::shared_ptr<Api> api;
  net::HttpServer http;  // last: its handlers use the rest
};

}  // namespace

class TokenServer::Impl {
 public:
  Impl(std::vector<boost::asio::any_io_executor> executors, TokenServerOptions options,
       Surroundings surroundings)
      : options_(std::move(options)),
        audit_(surroundings.audit),
        warn_(std::move(surroundings.warn)),
        shared_{.clock = surroundings.clock,
                .log = std::move(surroundings.log),
                .limited = std::move(surroundings.limited),
                .sessions = surroundings.sessions,
                .secure = options_.tls.has_value(),
                .audit_log = Condition("the audit log", warn_)},
        timer_(executors.front()) {
    for (auto& executor : executors)
      workers_.push_back(std::make_unique<Worker>(executor, options_, shared_));
    if (options_.metrics_listen) make_metrics_server();
  }

  Result<net::ListenAddress> start() {
    auto authenticators = make_authenticators(options_.policy);
    if (!authenticators) return authenticators.error();
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->api->use((*authenticators)[i]);
    auto address = first().http.start();
    if (!address) return address;
    for (std::size_t i = 1; i < workers_.size(); ++i)
      if (auto started = workers_[i]->http.start_beside(first().http); !started) return started.error();
    if (auto started = start_metrics(); !started) return started.error();
    note_certificate();
    audit("started", "ok");
    look_at_files();
    return address;
  }

  std::optional<net::ListenAddress> metrics_address() const { return metrics_address_; }

  Result<void> reload(const Policy& policy, std::optional<net::TlsServerOptions> tls) {
    auto reloaded = try_reload(policy, std::move(tls));
    note_reload(reloaded.has_value(), reloaded ? "ok" : reloaded.error().message);
    return reloaded;
  }

  void note_reload(bool done, std::string outcome) {
    shared_.metrics.reloaded(done);
    audit("reloaded", std::move(outcome));
  }

  void stop(Duration grace, std::function<void()> done) {
    audit("stopped", "ok");
    self_.reset();  // whatever the timer has on its way does nothing any more
    timer_.cancel();
    // The first worker must not run out of work while the others still finish theirs.
    const auto all_done = [done = std::move(done), busy = std::make_shared<WorkGuard>(first().executor)] {
      boost::asio::post(busy->get_executor(), done);
    };
    const auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
    for (auto& worker : workers_)
      boost::asio::dispatch(worker->executor, [&http = worker->http, grace, left, all_done] {
        http.stop(grace, [left, all_done] {
          if (--*left == 0) all_done();
        });
      });
    if (metrics_) metrics_->stop(grace, [] {});
  }

 private:
  using WorkGuard = boost::asio::executor_work_guard<boost::asio::any_io_executor>;
  using Authenticators = std::vector<std::shared_ptr<Authenticator>>;

  Worker& first() { return *workers_.front(); }

  void make_metrics_server() {
    metrics_.emplace(
        first().executor,
        net::HttpServerOptions{.listen = *options_.metrics_listen, .serves_with_spare_descriptor = true},
        [this](const http::Request& request, const std::string&, const net::HttpReply& reply) {
          reply(operator_reply(request));
        });
  }

  http::Response operator_reply(const http::Request& request) {
    const bool is_probe = request.path == "/healthz" || request.path == "/readyz";
    if (!is_probe && request.path != "/metrics") return failure_reply(404, "there is nothing at this path");
    if (request.method != "GET" && request.method != "HEAD")
      return failure_reply(405, "this path answers GET");
    if (is_probe) return request.path == "/healthz" ? state_reply(200, "ok") : shared_.readiness();
    return {.status = 200,
            .headers = {},
            .body = shared_.metrics.text(),
            .content_type = "text/plain; version=0.0.4; charset=utf-8"};
  }

  Result<void> start_metrics() {
    if (!metrics_) return {};
    auto address = metrics_->start();
    if (address) {
      metrics_address_ = *address;
      return {};
    }
    if (!options_.metrics_may_fail) return address.error();
    metrics_.reset();
    if (warn_) warn_("no metrics are served: " + address.error().message);
    return {};
  }

  Result<void> check(const Site& site) const {
    if (site.development && !options_.listen.is_loopback())
      return bad_config("callers: development is served on a loopback address only");
    if (site.offer.sessions && !shared_.sessions)
      return bad_config("callers: users and issuers need a database");
    return {};
  }

  /// One authenticator for each worker, all of the same site.
  Result<Authenticators> make_authenticators(const Policy& policy) const {
    auto site = make_site(policy, shared_.clock.wall_now());
    if (!site) return site.error();
    if (auto checked = check(**site); !checked) return checked.error();
    Authenticators made;
    for (const auto& worker : workers_) {
      made.push_back(std::make_shared<Authenticator>(worker->executor, *site, shared_.clock, warn_));
      if (auto started = made.back()->start(); !started) return started.error();
    }
    return made;
  }

  Result<void> try_reload(const Policy& policy, std::optional<net::TlsServerOptions> tls) {
    auto authenticators = make_authenticators(policy);
    if (!authenticators) return authenticators.error();
    if (options_.tls) {
      if (!tls) tls = options_.tls;
      if (auto loaded = first().http.reload_tls(*tls); !loaded) return loaded.error();
      options_.tls = std::move(tls);
    }
    for (std::size_t i = 0; i < workers_.size(); ++i)
      boost::asio::dispatch(workers_[i]->executor, [worker = workers_[i].get(), tls = first().http.tls(),
                                                    authenticator = (*authenticators)[i]] {
        worker->api->use(authenticator);
        if (tls) worker->http.use_tls(tls);
      });
    note_certificate();
    return {};
  }

  // So that a probe's answer is never older than this, however seldom it asks.
  void look_at_files() {
    if (shared_.sessions)
      shared_.sessions->healthy();
    else if (audit_)
      shared_.audit_log.note(audit_->check());
    timer_.expires_after(kLookEvery);
    timer_.async_wait([self = std::weak_ptr(self_)](boost::system::error_code cancelled) {
      const auto alive = self.lock();
      if (!cancelled && alive) (*alive)->look_at_files();
    });
  }

  void note_certificate() {
    if (!options_.tls) return;
    if (const auto end = net::certificate_expires_at(options_.tls->certificate_file))
      shared_.metrics.certificate_expires(*end);
  }

  void audit(std::string_view what, std::string outcome) {
    if (audit_) (void)audit_->append({.what = what, .outcome = std::move(outcome)});
  }

  TokenServerOptions options_;
  AuditLog* audit_;
  std::function<void(const std::string&)> warn_;
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<net::HttpServer> metrics_;
  std::optional<net::ListenAddress> metrics_address_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Impl*> self_ = std::make_shared<Impl*>(this);  ///< the timer's handler may be on its way
};

Result<void> TokenServer::try_out(const Policy& policy, const Clock& clock) {
  auto site = make_site(policy, clock.wall_now());
  if (!site) return site.error();
  boost::asio::io_context nowhere;
  return Authenticator(nowhere.get_executor(), *site, clock).start();
}

TokenServer::TokenServer(std::vector<boost::asio::any_io_executor> workers, TokenServerOptions options,
                         Surroundings surroundings)
    : impl_(std::make_unique<Impl>(std::move(workers), std::move(options), std::move(surroundings))) {}

TokenServer::~TokenServer() = default;

Result<net::ListenAddress> TokenServer::start() { return impl_->start(); }

std::optional<net::ListenAddress> TokenServer::metrics_address() const { return impl_->metrics_address(); }

Result<void> TokenServer::reload(Policy policy, std::optional<net::TlsServerOptions> tls) {
  return impl_->reload(policy, std::move(tls));
}

void TokenServer::note_refused_reload(const std::string& why) { impl_->note_reload(false, why); }

void TokenServer::stop(Duration grace, std::function<void()> done) { impl_->stop(grace, std::move(done)); }

}  // namespace parley::token_server
