#include "chat_sdk/src/io/way.hpp"

namespace parley::detail {
namespace {

Error from(const char* where, Error error) {
  error.message = where + error.message;
  return error;
}

}  // namespace

Ways::Ways(const ProxyOptions& proxy, net::TlsClientOptions tls)
    : use_(proxy.use), url_(proxy.url), direct_(proxy.no_proxy), tls_(std::move(tls)) {
  if (use_ == ProxyOptions::Use::environment) environment_ = net::ProxySettings::from_environment();
}

Result<std::optional<net::Proxy>> Ways::proxy_for(const net::Url& url) const {
  if (use_ == ProxyOptions::Use::none || direct_.matches(url)) return std::optional<net::Proxy>();
  if (use_ == ProxyOptions::Use::environment) {
    auto proxy = environment_.proxy_for(url);
    if (!proxy) return from("the proxy that the environment names: ", proxy.error());
    return proxy;
  }
  auto proxy = net::parse_proxy(url_);
  if (!proxy) return from("proxy.url: ", proxy.error());
  return std::optional<net::Proxy>(std::move(*proxy));
}

}  // namespace parley::detail
