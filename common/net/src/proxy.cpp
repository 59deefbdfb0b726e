#include "common/net/proxy.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cctype>

namespace parley::net {
namespace {

namespace urls = boost::urls;

/// The lengths of RFC 1929 are one byte.
constexpr std::size_t kMaxSocksCredential = 255;
constexpr std::size_t kMaxHttpCredential = 1024;
constexpr std::size_t kMaxHostBytes = 255;

Error bad(const std::string& what) { return {.code = Errc::invalid_argument, .message = "proxy " + what}; }

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Result<Proxy::Kind> kind_of(const std::string& scheme) {
  if (scheme == "http") return Proxy::Kind::http;
  if (scheme == "socks5" || scheme == "socks5h") return Proxy::Kind::socks5;
  if (scheme == "https") return bad("scheme: proxies over TLS (https://) are not supported; expected http");
  return bad("scheme: expected http, socks5 or socks5h");
}

Result<std::uint16_t> port_of(const urls::url_view& view, Proxy::Kind kind) {
  if (!view.has_port() || view.port().empty())
    return static_cast<std::uint16_t>(kind == Proxy::Kind::http ? 80 : 1080);
  // The number that the library keeps is 0 if the digits are too many for it.
  if (view.port_number() == 0) return bad("port: expected 1 to 65535");
  return view.port_number();
}

Result<std::string> host_of(const urls::url_view& view) {
  const std::string host = view.host_address();
  const bool is_plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
  });
  const bool is_name = view.host_type() == urls::host_type::name;
  if (host.empty() || host.size() > kMaxHostBytes || !is_plain || (is_name && host.find(':') != host.npos))
    return bad("host: expected a name or an address");
  return host;
}

Result<void> check_credentials(const Proxy& proxy) {
  const bool is_http = proxy.kind == Proxy::Kind::http;
  const std::size_t most = is_http ? kMaxHttpCredential : kMaxSocksCredential;
  const auto expected = "expected at most " + std::to_string(most) + " bytes, without control characters";
  if (proxy.user.size() > most || has_control(proxy.user)) return bad("user: " + expected);
  if (proxy.password.size() > most || has_control(proxy.password)) return bad("password: " + expected);
  if (is_http && proxy.user.find(':') != proxy.user.npos)
    return bad("user: expected a name without a colon, as Basic authentication cannot carry one");
  if (proxy.user.empty() && !proxy.password.empty()) return bad("user: expected one beside the password");
  return {};
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view text) {
  const bool has_scheme = text.find("://") != text.npos;
  const std::string whole = has_scheme ? std::string(text) : "http://" + std::string(text);
  const auto parsed = urls::parse_uri(whole);
  if (!parsed)
    return bad(
        "URL: expected http://host:port or socks5://host:port, with special characters of a name or a "
        "password "
        "percent-encoded (@ is %40, # is %23, / is %2F)");
  const auto& view = *parsed;
  const auto kind = kind_of(lower(view.scheme()));
  if (!kind) return kind.error();
  const auto host = host_of(view);
  if (!host) return host.error();
  const auto port = port_of(view, *kind);
  if (!port) return port.error();
  const auto path = view.encoded_path();
  if ((!path.empty() && path != "/") || view.has_query() || view.has_fragment())
    return bad("URL: expected nothing behind the port");
  Proxy proxy{.kind = *kind, .host = *host, .port = *port, .user = view.user(), .password = view.password()};
  if (const auto good = check_credentials(proxy); !good) return good.error();
  return proxy;
}

}  // namespace parley::net
