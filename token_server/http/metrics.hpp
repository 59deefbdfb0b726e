#pragma once
#include <memory>
#include <parley/seams.hpp>
#include <string>
#include <string_view>

#include "common/net/connection_limit.hpp"
#include "token_server/callers/caller.hpp"

namespace parley::token_server {

/// What the server counts, for Prometheus. Labels come from fixed sets, so their number is bounded.
/// Any thread may call.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  void request(std::string_view route, int status, Duration took);
  void token_minted(CallerKind caller);
  /// `by`: "address", "identity" or "caller".
  void rate_limited(std::string_view by);
  void closed_by_limit(net::ConnectionLimit limit);
  void reloaded(bool ok);
  /// When the TLS certificate ends.
  void certificate_expires(WallTime when);

  /// The text exposition format.
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::token_server
