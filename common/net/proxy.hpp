#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/url.hpp"

namespace parley::net {

/// Who makes connections for us. Everything goes through a tunnel: HTTP CONNECT (RFC 9110, 9.3.6) or SOCKS5
/// (RFC 1928); the name of the server is resolved by the proxy.
struct Proxy {
  enum class Kind { http, socks5 };

  Kind kind = Kind::http;
  std::string host{};  ///< without brackets
  std::uint16_t port = 0;
  std::string user{};      ///< "": none is offered
  std::string password{};  ///< never in a message

  /// "proxy.example:3128", for people.
  std::string name() const { return join_host_port(host, port); }
};

/// "http://user:password@host:3128", "socks5://host:1080", "socks5h://host"; without a scheme it is http. The
/// port is 80 or 1080 if absent. A name and a password are percent-decoded. Fails with
/// Errc::invalid_argument; the message names the part and holds nothing of the text.
Result<Proxy> parse_proxy(std::string_view text);

/// Which servers are reached without the proxy: the syntax of NO_PROXY. Entries are separated by commas or
/// blanks:
///
///     *                     every server
///     example.org           that name and all below it; so are .example.org and *.example.org
///     example.org:8443      the same, that port only
///     10.1.2.3  ::1         an address, also with a port: 10.1.2.3:80, [::1]:80
///     10.0.0.0/8  fd00::/8  a network
///
/// Addresses and networks are compared with URLs that have an address instead of a name: nothing is resolved.
/// An entry that is none of these matches nothing.
class ProxyExceptions {
 public:
  ProxyExceptions() = default;
  explicit ProxyExceptions(std::string_view list);

  bool matches(const Url& url) const;

 private:
  struct Entry {
    std::string name{};  ///< lower case; "" for a network
    std::vector<std::uint8_t> network{};
    unsigned prefix = 0;     ///< bits of `network` that count
    std::uint16_t port = 0;  ///< 0: every port

    bool matches(const std::string& host, const std::vector<std::uint8_t>& address) const;
  };
  static std::optional<Entry> parse_entry(std::string_view text);

  bool everything_ = false;
  std::vector<Entry> entries_;
};

/// Where an environment variable is read: its value, or nothing.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The process's environment. Not while another thread changes it.
Environment process_environment();

/// Which proxy leads to which server, as the environment says it.
struct ProxySettings {
  std::string secure{};      ///< URL of the proxy for https and wss; "": none
  std::string plain{};       ///< for http and ws
  ProxyExceptions direct{};  ///< without a proxy

  /// Reads https_proxy and http_proxy, else all_proxy, and no_proxy, each also in upper case but for
  /// HTTP_PROXY: in CGI programs a client sets that one. Lower case goes first; empty values count as unset.
  static ProxySettings from_environment(const Environment& environment = process_environment());

  /// Nothing: the way is direct. That is so for localhost and loopback addresses, always. Fails as
  /// parse_proxy() does.
  Result<std::optional<Proxy>> proxy_for(const Url& url) const;
};

/// localhost, a name below it, or a loopback address.
bool is_loopback(const std::string& host);

}  // namespace parley::net
