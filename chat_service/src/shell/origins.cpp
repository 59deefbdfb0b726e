#include "chat_service/src/shell/origins.hpp"

#include <algorithm>

#include "chat_service/src/errors.hpp"
#include "common/base/preflight.hpp"

namespace parley::chat_service {
namespace {

constexpr const char* kAllowHeaders =
    "Authorization, Content-Type, If-None-Match, If-Range, Range, X-Twilio-Mutation-Id, X-Twilio-Token";
constexpr const char* kExposeHeaders = "Accept-Ranges, Content-Disposition, Content-Range, ETag, Retry-After";
// Preflights differ by these, and so do caches' copies of their answers.
constexpr const char* kPreflightVary = "Access-Control-Request-Method, Access-Control-Request-Headers";
constexpr const char* kKeepPreflight = "600";  // seconds

}  // namespace

bool Origins::admits(const http::Request& request) const {
  if (allowed_.empty()) return true;
  const auto origin = http::find_header(request.headers, "Origin");
  return !origin || std::find(allowed_.begin(), allowed_.end(), *origin) != allowed_.end();
}

void Origins::decorate(http::Response& response) const {
  if (!allowed_.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back("Access-Control-Expose-Headers", kExposeHeaders);
}

void Origins::decorate(const http::Request& request, http::Response& response) const {
  if (allowed_.empty()) return decorate(response);
  response.headers.emplace_back("Vary", "Origin");
  const auto origin = http::find_header(request.headers, "Origin");
  if (!origin || !admits(request)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", std::string(*origin));
  response.headers.emplace_back("Access-Control-Expose-Headers", kExposeHeaders);
}

http::Response Origins::answer_options(const http::Request& request, std::string_view methods) const {
  http::Response response{.status = 204, .headers = {{"Allow", std::string(methods)}}, .body = {}};
  if (!http::find_header(request.headers, "Access-Control-Request-Method")) return response;
  if (!admits(request)) return errors::to_response(errors::forbidden());
  response.headers.emplace_back("Access-Control-Allow-Methods", std::string(methods));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                http::allowed_request_headers(request, kAllowHeaders));
  response.headers.emplace_back("Access-Control-Max-Age", kKeepPreflight);
  response.headers.emplace_back("Vary", kPreflightVary);
  return response;
}

}  // namespace parley::chat_service
