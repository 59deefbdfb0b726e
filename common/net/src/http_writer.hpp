#pragma once
#include <string>
#include <string_view>

#include "common/base/http.hpp"

namespace parley::net {

/// How a response is put on the wire, beside what it says.
struct HttpWriteOptions {
  bool keep_alive = true;
  bool http_1_0 = false;   ///< such a client must be told that the connection stays
  bool head_only = false;  ///< answer to HEAD: lengths as for GET, no body
};

/// Whether an answer with this status has a body on the wire.
bool sends_body(int status, const HttpWriteOptions& options);

/// Appends the response to `out`, whole but for a `source`: its length is said, its bytes are to follow.
/// Members of `response.headers` that this layer owns (Content-Length, Content-Type, Connection,
/// Transfer-Encoding, Date) are left out; line ends inside values become spaces.
void write_response(const http::Response& response, const HttpWriteOptions& options, std::string& out);

/// Appends "Name: value\r\n" with line ends inside the value made harmless.
void write_field(std::string_view name, std::string_view value, std::string& out);

/// {"status":…,"code":…,"message":…} as this server refuses requests; 20001 for 400, else 20000 + status.
http::Response error_response(int status);

}  // namespace parley::net
