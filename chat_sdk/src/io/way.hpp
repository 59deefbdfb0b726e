#pragma once
#include <optional>

#include <parley/proxy_options.hpp>

#include "common/net/proxy.hpp"
#include "common/net/tls.hpp"

namespace parley::detail {

/// How a client reaches its servers: the proxy for each URL, and what it checks of certificates.
class Ways {
 public:
  /// Reads the environment, if that is to be used.
  Ways(const ProxyOptions& proxy, net::TlsClientOptions tls);

  /// Sets `proxy` and `tls` of an HttpCall or DialOptions with its `url`. Fails with Errc::invalid_argument,
  /// saying where the URL of the proxy comes from.
  template <class Call>
  Result<void> prepare(Call& call) const {
    auto proxy = proxy_for(call.url);
    if (!proxy) return proxy.error();
    call.proxy = std::move(*proxy);
    call.tls = tls_;
    return {};
  }

  Result<std::optional<net::Proxy>> proxy_for(const net::Url& url) const;

 private:
  ProxyOptions::Use use_;
  net::ProxySettings environment_;
  std::string url_;
  net::ProxyExceptions direct_;
  net::TlsClientOptions tls_;
};

}  // namespace parley::detail
