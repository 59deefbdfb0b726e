#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <parley/error.hpp>
#include <parley/export.hpp>
#include <parley/proxy_options.hpp>

namespace parley {

/// Hands a fetched token (or why there is none) to the client. Call it exactly once, from any thread.
/// Errc::denied and Errc::invalid_token end the client's tries; other errors are retried with back-off.
using TokenReply = std::function<void(Result<std::string>)>;

/// Where a client gets access tokens from. Called whenever a token is wanted, one call at a time, on the
/// client's I/O executor; must not block. `io` may be used for asynchronous work of its own.
///
///     options.tokens = [](auto, parley::TokenReply reply) { reply(my_token()); };
using TokenSource = std::function<void(boost::asio::any_io_executor io, TokenReply reply)>;

/// Always the same token: the connection ends with the token's life. For tests and tools.
PARLEY_API TokenSource fixed_token(std::string token);

/// What to send to a token endpoint.
struct TokenEndpoint {
  std::string url;   ///< http(s), e.g. "http://127.0.0.1:4000/v1/token"
  std::string user;  ///< the identity asked for
  std::vector<std::pair<std::string, std::string>> headers{};  ///< e.g. {"Authorization", "Bearer ..."}
  std::string ca_file{};                                       ///< PEM bundle for https; "": the system's
  ProxyOptions proxy{};
};

/// POSTs {"user": ...} and takes `token` of the JSON answer. 400, 401 and 403 are final (Errc::denied).
PARLEY_API TokenSource token_endpoint(TokenEndpoint endpoint);

}  // namespace parley
