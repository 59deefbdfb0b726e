#pragma once
#include <chrono>
#include <string>

#include <parley/seams.hpp>

namespace parley::token_server {

/// What a log may know of one request: no token, no secret, no identity in clear.
struct RequestRecord {
  std::string method;  ///< "other" if it is none of HTTP's usual ones
  std::string route;   ///< the route's own path, or "other"
  int status = 0;
  std::string identity{};      ///< fingerprint, or empty
  std::string token_id{};      ///< `jti` of the token that was minted, or empty
  std::chrono::seconds ttl{};  ///< its life
};

/// One line of JSON without a line end.
std::string to_json_line(const RequestRecord& record, WallTime time);

}  // namespace parley::token_server
