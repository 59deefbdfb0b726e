#include "token_server/routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/json.hpp"
#include "common/base/redact.hpp"
#include "common/net/url.hpp"
#include "token_server/request_body.hpp"

namespace parley::token_server {
namespace {

constexpr std::string_view kForwardingHeaders[] = {"Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP",
                                                   "True-Client-IP"};
constexpr std::string_view kForwardingPrefix = "X-Forwarded-";

struct Route {
  std::string_view path;
  std::string_view method;
  bool mints;
  bool is_seed;  // "/auth": a missing user is 403 "Forbidden", as old clients of that route expect
};
constexpr Route kRoutes[] = {
    {"/v1/token", "POST", true, false},
    {"/auth", "POST", true, true},
    {"/auth/", "POST", true, true},
    {"/healthz", "GET", false, false},
};

const Route* find_route(std::string_view path) {
  const auto* found =
      std::find_if(std::begin(kRoutes), std::end(kRoutes), [&](const Route& r) { return r.path == path; });
  return found == std::end(kRoutes) ? nullptr : found;
}

// The dictionary's number for a status without a reason of its own.
int default_code(int status) {
  switch (status) {
    case 400:
      return 20001;
    case 403:
      return 20003;
    case 405:
      return 20004;
    default:
      return 20000 + status;
  }
}

http::Response json_response(int status, const json::Value& body) {
  return {.status = status, .headers = {}, .body = json::dump(body)};
}

http::Response failure(int status, std::string_view message, int code = 0) {
  json::Value body = json::Value::object();
  body["status"] = status;
  body["code"] = code != 0 ? code : default_code(status);
  body["message"] = std::string(message);
  return json_response(status, body);
}

http::Response method_not_allowed(const Route& route) {
  auto response = failure(405, "this path answers " + std::string(route.method) + " only");
  response.headers.emplace_back("Allow", std::string(route.method));
  return response;
}

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

// A web page whose host name was pointed at 127.0.0.1 sends that name here.
bool names_another_host(const http::Request& request) {
  const auto host = http::find_header(request.headers, "Host");
  if (!host) return false;
  return !is_loopback_origin("http://" + std::string(*host));
}

bool is_from_foreign_page(const http::Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& field) {
    const auto& [name, value] = field;
    if (http::equal_ignoring_case(name, "Origin")) return !is_loopback_origin(value);
    return http::equal_ignoring_case(name, "Sec-Fetch-Site") &&
           http::equal_ignoring_case(value, "cross-site");
  });
}

http::Response nobody_named(const Route& route) {
  if (route.is_seed) return {.status = 403, .headers = {}, .body = "Forbidden", .content_type = "text/plain"};
  return failure(400, "user: expected a string that is not empty");
}

http::Response mint_for(const std::string& identity, const MintPolicy& policy, WallTime now) {
  const token::TokenSpec spec{.identity = identity,
                              .ttl = policy.ttl,
                              .grants = {token::ChatGrant{.service_sid = policy.chat_service_sid}}};
  const auto token = token::mint(policy.key, spec, now);
  if (!token) return failure(500, "the token could not be made");
  json::Value body = json::Value::object();
  body["token"] = *token;
  body["identity"] = identity;
  body["expires_at"] = std::chrono::floor<std::chrono::seconds>(now + policy.ttl).time_since_epoch().count();
  return json_response(200, body);
}

http::Response token_response(const http::Request& request, const Route& route, const MintPolicy& policy,
                              WallTime now, RequestRecord& record) {
  if (was_forwarded(request))
    return failure(403, "requests through a proxy are refused while callers are not authenticated");
  if (names_another_host(request)) return failure(403, "Host: expected a loopback address or localhost");
  if (is_from_foreign_page(request)) return failure(403, "Origin: expected a page of this machine");
  const auto identity = read_identity(request);
  if (!identity)
    return failure(identity.error().http_status, identity.error().message, identity.error().server_code);
  if (!*identity) return nobody_named(route);
  auto response = mint_for(**identity, policy, now);
  record.identity = redact_identity(**identity);
  if (response.status != 200) return response;
  record.token_id = token::token_id(policy.key, now);
  record.ttl = policy.ttl;
  return response;
}

http::Response respond(const http::Request& request, const MintPolicy& policy, WallTime now,
                       RequestRecord& record) {
  const Route* route = find_route(request.path);
  if (!route) return failure(404, "there is nothing at this path");
  record.route = route->path;
  if (request.method != route->method) return method_not_allowed(*route);
  if (route->mints) return token_response(request, *route, policy, now, record);
  return json_response(200, {{"status", "ok"}});
}

// A log line must not carry what a caller made up.
std::string known_method(const std::string& method) {
  for (const char* known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (method == known) return method;
  return "other";
}

}  // namespace

Answer answer(const http::Request& request, const MintPolicy& policy, WallTime now) {
  Answer answer;
  answer.record = {.method = known_method(request.method), .route = "other"};
  answer.response = respond(request, policy, now, answer.record);
  answer.response.headers.emplace_back("Cache-Control", "no-store");
  answer.record.status = answer.response.status;
  return answer;
}

}  // namespace parley::token_server
