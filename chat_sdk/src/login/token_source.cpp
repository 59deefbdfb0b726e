#include <parley/token_source.hpp>

#include <boost/asio/dispatch.hpp>

#include <nlohmann/json.hpp>

#include "chat_sdk/src/io/executors.hpp"
#include "chat_sdk/src/login/endpoint_call.hpp"
#include "common/base/json.hpp"

namespace parley {
namespace {

Result<detail::EndpointCall> make_call(const TokenEndpoint& endpoint) {
  auto url = detail::parse_endpoint_url(endpoint.url, "token_endpoint: url");
  if (!url) return url.error();
  auto headers =
      detail::collect_headers(endpoint.headers, endpoint.make_headers, "token_endpoint: make_headers");
  if (!headers) return headers.error();
  detail::EndpointCall call{.question = {.url = std::move(*url)}};
  detail::add_secrets(*headers, call.question.secrets);
  call.headers = std::move(*headers);
  call.body = json::dump({{"user", endpoint.user}});
  return call;
}

/// Keeps the call alive until it completed.
struct Pending {
  std::unique_ptr<net::PendingCall> call;
};

void post_user(const boost::asio::any_io_executor& io, const detail::Ways& ways, detail::EndpointCall call,
               TokenReply reply) {
  const auto pending = std::make_shared<Pending>();
  auto question = call.question;
  auto sent = detail::post_json(
      io, ways, std::move(call),
      [pending, question = std::move(question), reply](const Result<http::Response>& answer) {
        const auto ended = std::move(pending->call);
        reply(answer ? detail::read_token(*answer, question, system_clock().wall_now()) : answer.error());
      });
  if (!sent) return reply(sent.error());
  pending->call = std::move(*sent);
}

}  // namespace

TokenSource fixed_token(std::string token) {
  return [token = std::move(token)](const auto&, const TokenReply& reply) { reply(token); };
}

TokenSource token_endpoint(TokenEndpoint endpoint) {
  const detail::Ways ways(endpoint.proxy, {.ca_file = endpoint.ca_file});
  return [endpoint = std::move(endpoint), ways](const boost::asio::any_io_executor& given, TokenReply reply) {
    auto call = make_call(endpoint);
    if (!call) return reply(call.error());
    const auto io = detail::io_executor(given);
    boost::asio::dispatch(io, [io, ways, call = std::move(*call), reply = std::move(reply)]() mutable {
      post_user(io, ways, std::move(call), std::move(reply));
    });
  };
}

}  // namespace parley
