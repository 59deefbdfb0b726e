#pragma once
#include <string>
#include <vector>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/base/http.hpp"
#include "common/base/json.hpp"
#include "common/net/url.hpp"

namespace parley::detail {

/// "the token endpoint https://host/path": without the query, which may hold a secret.
std::string endpoint_name(const net::Url& url);

/// What was asked, as far as reading the answer needs it.
struct EndpointQuestion {
  net::Url url{};
  std::vector<std::string> secrets{};  ///< no error repeats one of these
};

/// The JSON object that a token endpoint answered with, or an error that names the endpoint and keeps its
/// number and its words (server_code, server_text) and how long it asks to wait:
///
///   status                 | error
///   -----------------------|-------------------------------------------------------------
///   2xx without JSON       | protocol_error, which says what came instead
///   3xx                    | invalid_config: the message names the server it leads to, server_text the
///                          | path there, too; it is never followed
///   401, 403               | denied: the caller
///   404, 405, 410          | invalid_config: the URL
///   408, 425, 5xx          | server_error
///   429                    | too_many_requests
///   any other 4xx          | denied: the request
///   anything else          | protocol_error
Result<json::Value> read_answer(const http::Response& response, const EndpointQuestion& question,
                                WallTime now);

/// True if the token server itself says that a session, or name and password, are not valid: "invalid_grant"
/// of RFC 6749 5.2, with 400 or 401. A gateway's page with these numbers says nothing about them.
bool says_invalid_grant(const http::Response& response);

/// A text of the answer that is not empty, or an error that names the endpoint and the member.
Result<std::string> read_text(const json::Value& answer, const char* member, const net::Url& url);

/// The access token of an answer.
Result<std::string> read_token(const http::Response& response, const EndpointQuestion& question,
                               WallTime now);

}  // namespace parley::detail
