#include <parley/token_source.hpp>

#include <boost/asio/dispatch.hpp>

#include <nlohmann/json.hpp>

#include "chat_sdk/src/io/executors.hpp"
#include "chat_sdk/src/io/way.hpp"
#include "common/base/json.hpp"
#include "common/net/http_client.hpp"

namespace parley {
namespace {

Result<std::string> read_token(const http::Response& response) {
  const int status = response.status;
  if (status == 400 || status == 401 || status == 403)
    return Error{
        .code = Errc::denied, .message = "the token endpoint refused the caller", .http_status = status};
  if (status != 200)
    return Error{.code = Errc::server_error, .message = "the token endpoint failed", .http_status = status};
  const auto body = json::parse_object(response.body, json::kAnswerBounds);
  if (!body) return body.error();
  json::Reader reader(*body, "token endpoint");
  std::string token = reader.string("token");
  if (reader.failed()) return reader.error();
  return token;
}

// Keeps the pending call alive until it completed.
struct Fetch {
  std::unique_ptr<net::PendingCall> call;
};

void post_user(const TokenEndpoint& endpoint, const detail::Ways& ways,
               const boost::asio::any_io_executor& io, const TokenReply& reply) {
  auto url = net::parse_url(endpoint.url);
  if (!url) return reply(url.error());
  net::HttpCall call{.url = std::move(*url), .method = "POST", .headers = endpoint.headers};
  call.headers.emplace_back("Content-Type", "application/json");
  call.body = json::dump({{"user", endpoint.user}});
  if (const auto ready = ways.prepare(call); !ready) return reply(ready.error());
  const auto fetch = std::make_shared<Fetch>();
  fetch->call = net::http_call(io, std::move(call), [fetch, reply](Result<http::Response> response) {
    const auto pending = std::move(fetch->call);
    response ? reply(read_token(*response)) : reply(response.error());
  });
}

}  // namespace

TokenSource fixed_token(std::string token) {
  return [token = std::move(token)](const auto&, const TokenReply& reply) { reply(token); };
}

TokenSource token_endpoint(TokenEndpoint endpoint) {
  const detail::Ways ways(endpoint.proxy, {.ca_file = endpoint.ca_file});
  return [endpoint = std::move(endpoint), ways](const boost::asio::any_io_executor& given, TokenReply reply) {
    const auto io = detail::io_executor(given);
    boost::asio::dispatch(
        io, [endpoint, ways, io, reply = std::move(reply)] { post_user(endpoint, ways, io, reply); });
  };
}

}  // namespace parley
