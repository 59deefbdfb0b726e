#include "chat_service/src/shell/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "chat_service/src/connections/end_reason.hpp"

namespace parley::chat_service {
namespace {

using prometheus::Counter;
using prometheus::Gauge;

const prometheus::Histogram::BucketBoundaries kSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                       0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// A reading that only grows.
struct Total {
  Counter& counter;
  void set(std::uint64_t total) { counter.Increment(static_cast<double>(total) - counter.Value()); }
};

}  // namespace

struct Metrics::Impl {
  using Family = prometheus::Family<Counter>;
  /// Counters of one family by route and status. Routes live for ever, so their addresses are names.
  using ByRoute = std::map<std::pair<const char*, int>, Counter*>;

  Family& family(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Total total(const char* name, const char* help) { return {family(name, help).Add({})}; }
  Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  static void count(Family& family, ByRoute& known, std::string_view route, int status) {
    auto& counter = known[{route.data(), status}];
    if (!counter) counter = &family.Add({{"route", std::string(route)}, {"status", std::to_string(status)}});
    counter->Increment();
  }

  /// The same by reason.
  using ByReason = std::map<std::string_view, Counter*>;
  static Counter& of_reason(Family& family, ByReason& known, std::string_view reason) {
    auto& counter = known[reason];
    if (!counter) counter = &family.Add({{"reason", std::string(reason)}});
    return *counter;
  }

  prometheus::Registry registry;
  Family& http_requests =
      family("chat_service_http_requests_total", "Plain HTTP requests answered, by kind and status");
  Family& requests =
      family("chat_service_requests_total", "Clients' requests within connections, by route and status");
  Family& commits = family("chat_service_commits_total", "Transactions ended, by result");
  Counter& commits_ok = commits.Add({{"result", "ok"}});
  Counter& commits_failed = commits.Add({{"result", "failed"}});
  Family& by_limit = family("chat_service_connections_closed_by_limit_total",
                            "Connections closed by a limit of the server, by the limit");
  Counter& slow_consumers =
      family("chat_service_slow_consumers_total", "Connections cut because they did not read").Add({});
  prometheus::Histogram& commit_seconds = prometheus::BuildHistogram()
                                              .Name("chat_service_commit_seconds")
                                              .Help("Writing one transaction to the disk")
                                              .Register(registry)
                                              .Add({}, kSeconds);
  Gauge& connections = gauge("chat_service_connections", "Clients connected now");
  Gauge& sockets = gauge("chat_service_open_sockets", "Sockets open now, plain HTTP included");
  Gauge& queued = gauge("chat_service_send_queue_bytes", "Bytes that wait for receivers now");
  Gauge& database_log =
      gauge("chat_service_database_log_bytes", "Size of the database's write-ahead log's file");
  Gauge& clock_ahead = gauge("chat_service_clock_ahead_seconds",
                             "So far the clock has jumped ahead, while that waits for an operator; else 0");
  Gauge& inbound =
      gauge("chat_service_inbound_buffer_bytes", "Bytes of messages and bodies that have come in part");
  Gauge& ready = gauge("chat_service_ready", "1 while /readyz says yes");
  prometheus::Family<Gauge>& certificate = prometheus::BuildGauge()
                                               .Name("chat_service_certificate_expiry_timestamp_seconds")
                                               .Help("When the TLS certificate ends, in seconds since 1970")
                                               .Register(registry);
  Total frames = total("chat_service_frames_sent_total", "Packets sent to clients");
  Total bytes = total("chat_service_bytes_sent_total", "Bytes of packets sent to clients");
  Total deliveries = total("chat_service_deliveries_total", "Events sent, once for each receiver");
  Family& ended = family("chat_service_connections_ended_total", "Connections that ended, by reason");
  Family& refused = family("chat_service_refused_inits_total",
                           "Tokens and further connections that were refused, by reason");
  Total throttled = total("chat_service_throttled_total", "Requests refused with 429");
  Total messages_over_quota = total("chat_service_messages_over_quota_total",
                                    "Messages refused because their author has stored too much");
  Total writes_without_room = total("chat_service_writes_without_room_total",
                                    "Requests refused because too little is free on the disk");
  Total uploads = total("chat_service_uploads_total", "Files received");
  Total upload_bytes = total("chat_service_upload_bytes_total", "Bytes of files received");
  Total uploads_refused =
      total("chat_service_uploads_refused_total", "Files refused by their request's head");
  Total over_quota =
      total("chat_service_uploads_over_quota_total", "Files refused because their user has stored too much");
  Total without_room = total("chat_service_uploads_without_room_total",
                             "Files refused because too little is free on the disk");
  Total downloads = total("chat_service_downloads_total", "Files sent");
  ByReason ended_by_reason, refused_by_reason;
  ByRoute http_by_route;
  ByRoute by_route;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  for (const auto limit : net::kConnectionLimits)
    impl_->by_limit.Add({{"limit", std::string(to_string(limit))}});
  for (const auto reason : refusal_reasons())
    Impl::of_reason(impl_->refused, impl_->refused_by_reason, reason);
}

Metrics::~Metrics() = default;

void Metrics::http_request(std::string_view route, int status) {
  Impl::count(impl_->http_requests, impl_->http_by_route, route, status);
}

void Metrics::request(std::string_view route, int status) {
  Impl::count(impl_->requests, impl_->by_route, route, status);
}

void Metrics::committed(bool ok, Duration took) {
  (ok ? impl_->commits_ok : impl_->commits_failed).Increment();
  impl_->commit_seconds.Observe(seconds(took));
}

void Metrics::slow_consumer() { impl_->slow_consumers.Increment(); }

void Metrics::closed_by_limit(net::ConnectionLimit limit) {
  impl_->by_limit.Add({{"limit", std::string(to_string(limit))}}).Increment();
}

void Metrics::connection_ended(std::string_view reason) {
  Impl::of_reason(impl_->ended, impl_->ended_by_reason, reason).Increment();
}

void Metrics::refused_init(std::string_view reason) {
  Impl::of_reason(impl_->refused, impl_->refused_by_reason, reason).Increment();
}

void Metrics::certificate_expires(WallTime when) {
  impl_->certificate.Add({}).Set(std::chrono::duration<double>(when.time_since_epoch()).count());
}

std::string Metrics::text(const Readings& readings) {
  impl_->connections.Set(static_cast<double>(readings.connections));
  impl_->sockets.Set(static_cast<double>(readings.sockets));
  impl_->queued.Set(static_cast<double>(readings.queued_bytes));
  impl_->database_log.Set(static_cast<double>(readings.database_log_bytes));
  impl_->clock_ahead.Set(static_cast<double>(readings.clock_ahead_seconds));
  impl_->inbound.Set(static_cast<double>(readings.inbound_bytes));
  impl_->ready.Set(readings.ready ? 1 : 0);
  impl_->frames.set(readings.frames_sent);
  impl_->bytes.set(readings.bytes_sent);
  impl_->deliveries.set(readings.deliveries);
  impl_->throttled.set(readings.throttled);
  impl_->messages_over_quota.set(readings.messages_over_quota);
  impl_->writes_without_room.set(readings.writes_without_room);
  impl_->uploads.set(readings.uploads);
  impl_->upload_bytes.set(readings.upload_bytes);
  impl_->uploads_refused.set(readings.uploads_refused);
  impl_->over_quota.set(readings.uploads_over_quota);
  impl_->without_room.set(readings.uploads_without_room);
  impl_->downloads.set(readings.downloads);
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace parley::chat_service
