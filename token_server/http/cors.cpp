#include "token_server/http/cors.hpp"

#include <algorithm>

#include "common/base/preflight.hpp"
#include "token_server/http/replies.hpp"

namespace parley::token_server {
namespace {

bool is_allowed(std::string_view origin, const Origins& allowed) {
  return std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

// Preflights differ by these, and so do caches' copies of their answers.
constexpr const char* kPreflightVary = "Access-Control-Request-Method, Access-Control-Request-Headers";

}  // namespace

void add_cors_headers(const http::Request& request, const Origins& allowed, http::Response& response) {
  if (allowed.empty()) return;
  response.headers.emplace_back("Vary", "Origin");
  const auto origin = http::find_header(request.headers, "Origin");
  if (!origin || !is_allowed(*origin, allowed)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(*origin));
  response.headers.emplace_back("Access-Control-Expose-Headers", "Retry-After, X-Request-Id");
}

http::Response options_reply(const http::Request& request, const Origins& allowed, std::string_view methods) {
  http::Response response{.status = 204, .headers = {{"Allow", std::string(methods)}}, .body = {}};
  const auto origin = http::find_header(request.headers, "Origin");
  if (!origin || !http::find_header(request.headers, "Access-Control-Request-Method")) return response;
  if (!is_allowed(*origin, allowed))
    return failure_reply(403, "Origin: pages of it may not call this server");
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(methods));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                http::allowed_request_headers(request, "Authorization, Content-Type"));
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  response.headers.emplace_back("Vary", kPreflightVary);
  return response;
}

}  // namespace parley::token_server
