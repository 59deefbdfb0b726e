#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

#include "common/net/proxy.hpp"
#include "common/net/src/byte_stream.hpp"
#include "common/net/src/connect_race.hpp"
#include "common/net/src/proxy_tunnel.hpp"
#include "common/net/src/tls_stream.hpp"
#include "common/net/tls.hpp"
#include "common/net/url.hpp"

namespace parley::net {

/// How a server is reached.
struct Way {
  Url url;
  TlsClientOptions tls{};
  std::optional<Proxy> proxy{};
};

/// The way to a server: name, address, the proxy's tunnel, TLS. With a proxy, name and address are the
/// proxy's; TLS and its checks are about the server in any case.
///
/// `done` runs once, never inside a call, and not after cancel(). The owner watches the deadline itself and
/// asks stage() where time ran out.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  using Done = std::function<void(Result<std::unique_ptr<ByteStream>>)>;

  Connector(asio::any_io_executor executor, Way way, TimePoint deadline);

  void start(Done done);
  void cancel();
  /// What is going on, for people: "connect to example.org:443".
  const std::string& stage() const { return stage_; }

 private:
  void enter_first_stage(const char* what);
  void resolve();
  void race(const std::vector<tcp::endpoint>& endpoints);
  void on_connected(ErrorCode error, tcp::socket socket);
  void ask_proxy(tcp::socket socket);
  void on_tunnel(tcp::socket socket, std::string early);
  void secure(tcp::socket socket, std::string early);
  void on_secured(ErrorCode error);
  Result<void> check_pins() const;
  void finish(Result<std::unique_ptr<ByteStream>> result);
  Error failure(Errc code, const std::string& words) const;

  asio::any_io_executor executor_;
  Way way_;
  std::string host_;  // of the first connection: the proxy's or the server's
  std::uint16_t port_;
  TimePoint deadline_;
  Done done_;
  std::string stage_;
  tcp::resolver resolver_;
  std::shared_ptr<ConnectRace> race_;
  std::shared_ptr<ProxyTunnel> tunnel_;
  std::unique_ptr<TlsStream> tls_stream_;
};

}  // namespace parley::net
