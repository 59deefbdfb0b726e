#include "common/net/src/proxy_handshake.hpp"

#include "common/net/src/http_connect.hpp"
#include "common/net/src/socks5.hpp"

namespace parley::net {

std::unique_ptr<ProxyHandshake> make_proxy_handshake(const Proxy& proxy, const std::string& host,
                                                     std::uint16_t port) {
  if (proxy.kind == Proxy::Kind::http) return std::make_unique<HttpConnect>(proxy, host, port);
  return std::make_unique<Socks5>(proxy, host, port);
}

}  // namespace parley::net
