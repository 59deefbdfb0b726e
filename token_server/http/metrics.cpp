#include "token_server/http/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace parley::token_server {
namespace {

using prometheus::Counter;

const prometheus::Histogram::BucketBoundaries kSeconds{
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

struct Metrics::Impl {
  /// A route's counters by status. Looked up by address of the route's path: routes live for ever.
  Counter& requests_of(std::string_view route, int status) {
    const std::lock_guard lock(mutex);
    auto& counter = by_route[{route.data(), status}];
    if (!counter)
      counter = &requests.Add({{"route", std::string(route)}, {"status", std::to_string(status)}});
    return *counter;
  }

  prometheus::Registry registry;
  prometheus::Family<Counter>& requests = prometheus::BuildCounter()
                                              .Name("token_server_requests_total")
                                              .Help("Requests answered, by route and status")
                                              .Register(registry);
  prometheus::Histogram& took = prometheus::BuildHistogram()
                                    .Name("token_server_request_seconds")
                                    .Help("From the whole request to its answer")
                                    .Register(registry)
                                    .Add({}, kSeconds);
  prometheus::Family<Counter>& tokens = prometheus::BuildCounter()
                                            .Name("token_server_tokens_total")
                                            .Help("Access tokens minted, by kind of caller")
                                            .Register(registry);
  prometheus::Family<Counter>& limited = prometheus::BuildCounter()
                                             .Name("token_server_rate_limited_total")
                                             .Help("Requests refused with 429, by what was exhausted")
                                             .Register(registry);
  prometheus::Family<Counter>& by_limit =
      prometheus::BuildCounter()
          .Name("token_server_connections_closed_by_limit_total")
          .Help("Connections closed by a limit of the server, by the limit")
          .Register(registry);
  prometheus::Family<Counter>& reloads = prometheus::BuildCounter()
                                             .Name("token_server_reloads_total")
                                             .Help("Configurations re-read, by result")
                                             .Register(registry);
  prometheus::Family<prometheus::Gauge>& certificate =
      prometheus::BuildGauge()
          .Name("token_server_certificate_expiry_timestamp_seconds")
          .Help("When the TLS certificate ends, in seconds since 1970")
          .Register(registry);
  Counter* minted[4]{};
  std::mutex mutex;
  std::map<std::pair<const char*, int>, Counter*> by_route;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  for (const auto limit : net::kConnectionLimits)
    impl_->by_limit.Add({{"limit", std::string(to_string(limit))}});
  for (auto kind : {CallerKind::development, CallerKind::backend_key, CallerKind::user, CallerKind::oidc})
    impl_->minted[static_cast<int>(kind)] = &impl_->tokens.Add({{"caller", std::string(to_string(kind))}});
}

Metrics::~Metrics() = default;

void Metrics::request(std::string_view route, int status, Duration took) {
  impl_->requests_of(route, status).Increment();
  impl_->took.Observe(seconds(took));
}

void Metrics::token_minted(CallerKind caller) { impl_->minted[static_cast<int>(caller)]->Increment(); }

void Metrics::rate_limited(std::string_view by) { impl_->limited.Add({{"by", std::string(by)}}).Increment(); }

void Metrics::closed_by_limit(net::ConnectionLimit limit) {
  impl_->by_limit.Add({{"limit", std::string(to_string(limit))}}).Increment();
}

void Metrics::reloaded(bool ok) { impl_->reloads.Add({{"result", ok ? "ok" : "refused"}}).Increment(); }

void Metrics::certificate_expires(WallTime when) {
  impl_->certificate.Add({}).Set(std::chrono::duration<double>(when.time_since_epoch()).count());
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace parley::token_server
