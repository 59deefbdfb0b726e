#include "common/net/url.hpp"

#include <algorithm>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <optional>

#include "common/base/http.hpp"

namespace parley::net {
namespace {

namespace urls = boost::urls;

Error bad(std::string message) { return {.code = Errc::invalid_argument, .message = std::move(message)}; }

std::optional<std::uint16_t> default_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return std::uint16_t{80};
  if (scheme == "https" || scheme == "wss") return std::uint16_t{443};
  return std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

/// Decoded names could smuggle spaces or line ends into the Host header.
bool is_plain_name(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

bool is_ipv6(std::string_view host) { return urls::parse_ipv6_address(host).has_value(); }

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string target_of(const urls::url_view& view) {
  std::string target{view.encoded_path()};
  if (target.empty()) target = "/";
  if (view.has_query()) target += "?" + std::string(view.encoded_query());
  return target;
}

Result<std::uint16_t> port_of(const urls::url_view& view, std::uint16_t fallback) {
  if (!view.has_port() || view.port().empty()) return fallback;
  const auto port = parse_port(view.port());
  if (!port || *port == 0) return bad("the URL's port must be 1 to 65535");
  return *port;
}

}  // namespace

std::string join_host_port(const std::string& host, std::uint16_t port) {
  return bracketed(host) + ":" + std::to_string(port);
}

std::string Url::authority() const {
  const auto name = bracketed(host);
  return default_port(scheme) == port ? name : name + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
  const auto parsed = urls::parse_uri(text);
  if (!parsed) return bad("not an absolute URL (expected scheme://host[:port][/path])");
  const auto& view = *parsed;
  const auto scheme = lower(view.scheme());
  const auto standard_port = default_port(scheme);
  if (!standard_port) return bad("the URL's scheme must be http, https, ws or wss");
  if (view.has_userinfo()) return bad("the URL must not contain user information (user:password@)");
  const std::string host = view.host_address();
  const bool literal = view.host_type() == urls::host_type::ipv6;
  if (host.empty()) return bad("the URL has no host");
  // Boost 1.81 ends the host of "http://127.0.0.1.example.org/" behind the last digit.
  if (!view.encoded_path().empty() && view.encoded_path().front() != '/')
    return bad("the URL's host must not begin with an IPv4 address and go on");
  if (!literal && !is_plain_name(host)) return bad("the URL's host has characters that no host name has");
  const auto port = port_of(view, *standard_port);
  if (!port) return port.error();
  return Url{.scheme = scheme, .host = host, .port = *port, .target = target_of(view)};
}

bool ListenAddress::is_loopback() const {
  if (http::equal_ignoring_case(host, "localhost")) return true;
  if (const auto v4 = urls::parse_ipv4_address(host)) return v4->is_loopback();
  if (const auto v6 = urls::parse_ipv6_address(host)) return v6->is_loopback();
  return false;
}

std::string ListenAddress::to_string() const { return join_host_port(host, port); }

Result<ListenAddress> parse_listen_address(std::string_view text) {
  constexpr auto kExpected = "expected host:port, for example 127.0.0.1:4000 or [::1]:4000";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad(kExpected);
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return bad("the port must be 0 to 65535; " + std::string(kExpected));
  auto host = text.substr(0, colon);
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (brackets ? !is_ipv6(host) : !is_plain_name(host)) return bad(kExpected);
  return ListenAddress{.host = std::string(host), .port = *port};
}

}  // namespace parley::net
