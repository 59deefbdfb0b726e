#include "token_server/http/replies.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::token_server {
namespace {

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

int status_of(const Error& error) {
  if (error.http_status != 0) return error.http_status;
  switch (error.code) {
    case Errc::denied:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::too_many_requests:
      return 429;
    case Errc::invalid_argument:
      return 400;
    default:
      return 503;
  }
}

http::Response json_response(int status, std::string body) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

std::string token_members(const MintedToken& minted) {
  std::string body;
  body.reserve(minted.token.size() + minted.identity.size() + 256);
  body.append(R"({"token":")").append(minted.token);
  body.append(R"(","identity":)").append(json::quote(minted.identity));
  body.append(R"(,"expires_at":)").append(std::to_string(minted.expires_at));
  return body;
}

json::OrderedValue failure_members(int status, std::string_view message, int code) {
  json::OrderedValue body = json::OrderedValue::object();
  body["status"] = status;
  body["code"] = code != 0 ? code : default_code(status);
  body["message"] = std::string(message);
  return body;
}

// How our database or an issuer fails is for the log.
const std::string& message_of(const Error& error) {
  static const std::string kUnavailable = "not available now; try again later";
  return status_of(error) == 503 ? kUnavailable : error.message;
}

}  // namespace

http::Response token_reply(const MintedToken& minted) {
  return json_response(200, token_members(minted) + "}");
}

http::Response session_reply(const MintedToken& minted, const RefreshToken& refresh) {
  const auto expires = std::chrono::floor<std::chrono::seconds>(refresh.expires_at);
  auto body = token_members(minted);
  body.append(R"(,"refresh_token":)").append(json::quote(refresh.text));
  body.append(R"(,"refresh_expires_at":)")
      .append(std::to_string(expires.time_since_epoch().count()))
      .append("}");
  return json_response(200, std::move(body));
}

http::Response bare_reply(const MintedToken& minted) {
  return {.status = 200, .headers = {}, .body = minted.token, .content_type = "text/plain"};
}

http::Response bare_failure(http::Response failure) {
  if (const auto members = json::parse_object(failure.body))
    if (const auto message = members->find("message"); message != members->end() && message->is_string())
      failure.body = message->get<std::string>();
  failure.content_type = "text/plain; charset=utf-8";
  return failure;
}

http::Response state_reply(int status, std::string_view word) {
  return json_response(status, R"({"status":)" + json::quote(word) + "}");
}

http::Response failure_reply(int status, std::string_view message, int code) {
  return json_response(status, json::dump(failure_members(status, message, code)));
}

http::Response failure_reply(const Error& error) {
  auto response = failure_reply(status_of(error), message_of(error), error.server_code);
  http::add_retry_after(response, error.retry_after);
  return response;
}

http::Response oauth_failure_reply(const Error& error, std::string_view oauth_error) {
  const int status = status_of(error);
  auto body = failure_members(status, message_of(error), error.server_code);
  body["error"] = std::string(oauth_error);
  body["error_description"] = message_of(error);
  auto response = json_response(status, json::dump(body));
  http::add_retry_after(response, error.retry_after);
  return response;
}

}  // namespace parley::token_server
