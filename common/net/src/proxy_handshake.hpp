#pragma once
#include <memory>
#include <parley/error.hpp>
#include <string>
#include <string_view>

#include "common/net/proxy.hpp"

namespace parley::net {

/// What a proxy is asked before a tunnel is open. Without I/O: the owner sends and receives, and keeps the
/// deadline.
///
/// Failures are Errc::proxy_failed, as one sentence that begins with "the proxy" and never holds a name or a
/// password of the proxy's user. A handshake is over after open or a failure.
class ProxyHandshake {
 public:
  struct Step {
    std::string send{};   ///< to the proxy, now
    bool open = false;    ///< the tunnel is open; nothing is to be sent
    std::string early{};  ///< came behind the proxy's last answer: the first bytes of the server
  };

  virtual ~ProxyHandshake() = default;

  /// Call once, first. Fails with Errc::invalid_argument if the proxy cannot be asked for such a server.
  virtual Result<Step> begin() = 0;
  /// Bytes that came from the proxy. A step that neither sends nor is open waits for more.
  virtual Result<Step> take(std::string_view bytes) = 0;
};

/// For a tunnel to `host` (a name or an address without brackets).
std::unique_ptr<ProxyHandshake> make_proxy_handshake(const Proxy& proxy, const std::string& host,
                                                     std::uint16_t port);

}  // namespace parley::net
