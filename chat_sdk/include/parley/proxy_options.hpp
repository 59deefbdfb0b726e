#pragma once
#include <string>

#include <parley/export.hpp>

namespace parley {

/// Through which proxy servers are reached: by HTTP CONNECT with Basic authentication, or by SOCKS 5. All
/// connections go through its tunnel, those of http and ws, too; certificates are those of the servers. A
/// service in this process needs no proxy and gets none.
///
/// A proxy's URL is "http://user:password@host:3128" or "socks5://user:password@host:1080" (also
/// "socks5h://"; either way the proxy resolves the names of servers). Without a scheme it is http; the port
/// is 80 or 1080 unless given; special characters of name and password are percent-encoded. Proxies over TLS,
/// NTLM, Kerberos and PAC files are not supported. A URL that is wrong fails every connection with
/// Errc::invalid_argument; messages and logs never hold name or password.
struct ProxyOptions {
  enum class Use {
    environment,  ///< what the environment says
    none,         ///< no proxy
    given,        ///< `url`
  };

  /// As curl does: https_proxy for https and wss, http_proxy for http and ws, else all_proxy; no_proxy. Upper
  /// case counts, too, but for HTTP_PROXY, which clients of CGI programs can set. localhost and loopback
  /// addresses are always reached directly. Read once, when the client or the token source is made.
  PARLEY_API static ProxyOptions from_environment();
  /// Straight to the servers, whatever the environment says.
  PARLEY_API static ProxyOptions none();
  /// One proxy for everything but `no_proxy`, loopback included.
  PARLEY_API static ProxyOptions through(std::string url, std::string no_proxy = "");

  Use use = Use::environment;
  std::string url;  ///< of the proxy, if `use` is `given`
  /// Servers that are reached directly; with `environment` beside those of no_proxy. Separated by commas or
  /// blanks: "*", names with all below them ("example.org", ".example.org"), addresses, networks
  /// ("10.0.0.0/8"), names and addresses with a port ("example.org:8443"). Nothing is resolved to compare.
  std::string no_proxy;
};

}  // namespace parley
