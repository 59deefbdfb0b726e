#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

namespace parley::token_server {

/// What a log may know of one request: no token, no secret, no identity in clear, nothing a caller made up.
struct RequestRecord {
  std::string id{};                   ///< as in X-Request-Id
  std::string_view method = "other";  ///< "other" if it is none of HTTP's usual ones
  std::string_view route = "other";   ///< the route's own path, or "other"
  int status = 0;
  Duration took{};
  std::string address{};       ///< the client's
  std::string_view caller{};   ///< the kind of caller, or empty
  std::string caller_name{};   ///< a key's name or a fingerprint, or empty
  std::string identity{};      ///< fingerprint, or empty
  std::string account{};       ///< name of the account the token is of, or empty
  std::string token_id{};      ///< `jti` of the token that was minted, or empty
  std::chrono::seconds ttl{};  ///< its life
};

/// Called after each request, on the thread of the worker that served it.
using RequestLog = std::function<void(const RequestRecord&)>;

/// One line of JSON without a line end.
std::string to_json_line(const RequestRecord& record, WallTime time);

}  // namespace parley::token_server
