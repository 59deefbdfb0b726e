#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include <parley/token_source.hpp>

#include "chat_sdk/src/io/way.hpp"
#include "chat_sdk/src/login/endpoint_answer.hpp"
#include "common/net/http_client.hpp"

namespace parley::detail {

/// One POST of JSON to a token endpoint.
struct EndpointCall {
  EndpointQuestion question{};
  http::Fields headers{};
  std::string body{};  ///< JSON text
  Duration timeout = std::chrono::seconds(10);
};

/// `text` as the URL of a token endpoint; errors begin with `option`.
Result<net::Url> parse_endpoint_url(const std::string& text, const std::string& option);

/// The fixed headers and those that `make` makes now. What it throws becomes an error (unreachable, as the
/// next call may go well) that names `option`.
Result<http::Fields> collect_headers(const http::Fields& fixed, const HeaderSource& make,
                                     const std::string& option);

/// Calls the endpoint on the way there. `done` runs once on `io`, never inside this call; never if the handle
/// is dropped before. Errors name the endpoint. Fails at once if the proxy is none.
Result<std::unique_ptr<net::PendingCall>> post_json(const boost::asio::any_io_executor& io, const Ways& ways,
                                                    EndpointCall call, net::HttpCompletion done);

/// The values of headers that an answer must not repeat, whole and behind a scheme like "Bearer ".
void add_secrets(const http::Fields& headers, std::vector<std::string>& secrets);

}  // namespace parley::detail
