#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

#include "common/net/connection_limit.hpp"

namespace parley::chat_service {

/// What is counted elsewhere, at the moment somebody reads the metrics.
struct Readings {
  std::size_t connections = 0;  ///< chat clients
  std::size_t sockets = 0;      ///< open ones, HTTP included
  std::size_t queued_bytes = 0;
  std::size_t inbound_bytes = 0;  ///< of messages and bodies that have come in part
  std::uint64_t frames_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t throttled = 0;
  std::uint64_t messages_over_quota = 0;
  std::uint64_t writes_without_room = 0;
  std::uint64_t uploads = 0;
  std::uint64_t upload_bytes = 0;
  std::uint64_t uploads_refused = 0;
  std::uint64_t uploads_over_quota = 0;
  std::uint64_t uploads_without_room = 0;
  std::uint64_t downloads = 0;
  std::uint64_t database_log_bytes = 0;
  std::uint64_t clock_ahead_seconds = 0;
  bool ready = true;
};

/// What the service counts, for Prometheus. Labels come from fixed sets, so their number is bounded. One
/// thread at a time.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  /// A plain HTTP request; `route`, a constant, names its kind.
  void http_request(std::string_view route, int status);
  /// A client's request within its connection; `route`, a constant: method and pattern, or "other".
  void request(std::string_view route, int status);
  void committed(bool ok, Duration took);
  void slow_consumer();
  void closed_by_limit(net::ConnectionLimit limit);
  /// `reason`, a constant: see end_reason().
  void connection_ended(std::string_view reason);
  /// A token or one more connection was refused, for one of refusal_reasons().
  void refused_init(std::string_view reason);
  /// When the TLS certificate ends.
  void certificate_expires(WallTime when);

  /// The text exposition format.
  std::string text(const Readings& readings);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::chat_service
