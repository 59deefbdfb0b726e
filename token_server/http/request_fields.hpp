#pragma once
#include <parley/error.hpp>
#include <string>

#include "common/base/http.hpp"
#include "token_server/minting/minting.hpp"

/// What the bodies of requests say, as a JSON object or a form. Members nobody knows are ignored.
///
/// All fail with http_status 415 for another media type, and 400 for a body that is not well-formed, names a
/// member twice, or gives one another type than expected. Messages name the member, never its value.
namespace parley::token_server {

/// `user` or `identity` (the same, if both), `ttl`, `account`, `endpoint_id`; all optional.
Result<TokenWish> read_token_wish(const http::Request& request);

struct Credentials {
  std::string user;
  std::string password;
  std::string account{};
};
/// `user` (or `identity`) and `password`, both needed; `account`.
Result<Credentials> read_credentials(const http::Request& request);
/// `identity` and `password` of the query, both needed.
Result<Credentials> read_query_credentials(const http::Request& request);

/// `refresh_token`, or `token` as RFC 7009 calls it.
Result<std::string> read_refresh_token(const http::Request& request);

}  // namespace parley::token_server
