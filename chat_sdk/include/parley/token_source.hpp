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
/// A second call is ignored. Errc::denied, forbidden, invalid_token and cancelled (by the user) end the
/// client's tries, and before the first token Errc::invalid_argument and invalid_config do; other errors are
/// retried with back-off.
using TokenReply = std::function<void(Result<std::string>)>;

/// Where a client gets access tokens from. Called whenever a token is wanted, one call at a time, on the
/// client's I/O executor; must not block. `io` may be used for asynchronous work of its own. A source that
/// throws is asked again, as one that fails; one that does not answer within 30 s is, too (Errc::timed_out),
/// and what it answers later is dropped.
///
///     options.tokens = [](auto, parley::TokenReply reply) { reply(my_token()); };
using TokenSource = std::function<void(boost::asio::any_io_executor io, TokenReply reply)>;

/// Always the same token: the connection ends with the token's life. For tests and tools.
PARLEY_API TokenSource fixed_token(std::string token);

/// Headers that are made anew for each request, e.g. with the session cookie of the moment. What it throws is
/// told as the reason why there is no token; it is asked again later.
using HeaderSource = std::function<std::vector<std::pair<std::string, std::string>>()>;

/// What to send to a token endpoint.
struct TokenEndpoint {
  std::string url;   ///< http(s), e.g. "http://127.0.0.1:4000/v1/token"
  std::string user;  ///< the identity asked for
  std::vector<std::pair<std::string, std::string>> headers{};  ///< e.g. {"Authorization", "Bearer ..."}
  std::string ca_file{};                                       ///< PEM bundle for https; "": the system's
  ProxyOptions proxy{};
  HeaderSource make_headers{};  ///< further headers; called where the token source is, must not block
};

/// POSTs {"user": ...} and takes `token` of the JSON answer. Errors name the endpoint and keep its number and
/// its words (server_code, server_text). 401, 403 and other refusals (4xx) are final (Errc::denied); so is a
/// wrong URL, a redirect included (Errc::invalid_config), until the endpoint has once given a token. 408,
/// 425, 429, 5xx and what is no JSON are tried again, not before what `Retry-After` asks for, an hour at
/// most.
PARLEY_API TokenSource token_endpoint(TokenEndpoint endpoint);

}  // namespace parley
