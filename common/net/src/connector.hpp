#pragma once
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

#include "common/net/src/byte_stream.hpp"
#include "common/net/src/tls_stream.hpp"
#include "common/net/tls.hpp"
#include "common/net/url.hpp"

namespace parley::net {

/// The road to a server: name, address, TLS. Every address of the name is tried, each with its fair share of
/// the time left, so that a dead first address does not eat it all.
///
/// `done` runs once, never inside a call, and not after cancel(). The owner watches the deadline itself and
/// asks stage() where time ran out.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  using Done = std::function<void(Result<std::unique_ptr<ByteStream>>)>;

  Connector(asio::any_io_executor executor, Url url, TlsClientOptions tls, TimePoint deadline);

  void start(Done done);
  void cancel();
  /// What is going on, for people: "connect to example.org:443".
  const std::string& stage() const { return stage_; }

 private:
  using Endpoints = std::vector<tcp::endpoint>;

  void enter_stage(const char* what);
  void resolve();
  void connect_next(ErrorCode last);
  void limit_attempt();
  void on_connected(ErrorCode error);
  void secure();
  void on_secured(ErrorCode error);
  Duration share_of_time_left() const;
  void finish(Result<std::unique_ptr<ByteStream>> result);
  Error failure(Errc code, const std::string& words) const;

  asio::any_io_executor executor_;
  Url url_;
  TlsClientOptions tls_;
  TimePoint deadline_;
  Done done_;
  std::string stage_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer attempt_timer_;
  Endpoints endpoints_;
  std::size_t next_endpoint_ = 0;
  std::unique_ptr<TlsStream> tls_stream_;
};

}  // namespace parley::net
