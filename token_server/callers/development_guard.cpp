#include "token_server/callers/development_guard.hpp"

#include <algorithm>

#include "common/net/url.hpp"

namespace parley::token_server {
namespace {

constexpr std::string_view kForwardingHeaders[] = {"Forwarded",
                                                   "Via",
                                                   "True-Client-IP",
                                                   "Fastly-Client-IP",
                                                   "Fly-Client-IP",
                                                   "CF-Connecting-IP",
                                                   "CF-Ray",
                                                   "CDN-Loop",
                                                   "X-Envoy-External-Address",
                                                   "X-Client-IP",
                                                   "X-Cluster-Client-IP",
                                                   "X-Forwarded",
                                                   "X-Azure-ClientIP",
                                                   "X-Original-Forwarded-For",
                                                   "X-Varnish",
                                                   "X-Real-IP",
                                                   "Proxy-Connection"};
constexpr std::string_view kForwardingPrefix = "X-Forwarded-";

bool tells_of_forwarding(std::string_view header) {
  if (http::equal_ignoring_case(header.substr(0, kForwardingPrefix.size()), kForwardingPrefix)) return true;
  return std::any_of(std::begin(kForwardingHeaders), std::end(kForwardingHeaders),
                     [&](std::string_view name) { return http::equal_ignoring_case(header, name); });
}

bool was_forwarded(const http::Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const auto& field) { return tells_of_forwarding(field.first); });
}

bool is_loopback_origin(std::string_view text) {
  const auto url = net::parse_url(text);
  return url && url->target == "/" && net::ListenAddress{.host = url->host, .port = 0}.is_loopback();
}

bool names_another_host(const http::Request& request) {
  const auto host = http::find_header(request.headers, "Host");
  return !host || !is_loopback_origin("http://" + std::string(*host));
}

bool is_from_foreign_page(const http::Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& field) {
    const auto& [name, value] = field;
    if (http::equal_ignoring_case(name, "Origin")) return !is_loopback_origin(value);
    return http::equal_ignoring_case(name, "Sec-Fetch-Site") &&
           http::equal_ignoring_case(value, "cross-site");
  });
}

Error refuse(std::string message) {
  return {.code = Errc::forbidden, .message = std::move(message), .http_status = 403};
}

}  // namespace

Result<void> check_local(const http::Request& request) {
  // What simple proxies speak to the program behind them, without a word of where a request comes from.
  if (request.is_http_1_0) return refuse("HTTP/1.0 is refused while callers are not authenticated");
  if (was_forwarded(request))
    return refuse("requests through a proxy are refused while callers are not authenticated");
  if (names_another_host(request)) return refuse("Host: expected a loopback address or localhost");
  if (is_from_foreign_page(request)) return refuse("Origin: expected a page of this machine");
  return {};
}

}  // namespace parley::token_server
