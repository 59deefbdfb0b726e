#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/http.hpp"

namespace parley::http {

/// Names that a preflight may ask for; what is beyond is not answered.
inline constexpr std::size_t kMaxPreflightHeaders = 64;
/// Of one such name; longer ones are not answered.
inline constexpr std::size_t kMaxPreflightHeaderBytes = 128;

/// The value of Access-Control-Allow-Headers for a preflight of a page that may call: `usual`
/// ("Authorization, Content-Type"), and behind it the other names that it asks for in
/// Access-Control-Request-Headers, if they are names of header fields. Libraries add fields of their own to
/// every request (`traceparent`), and a browser sends none of it unless all are allowed.
std::string allowed_request_headers(const Request& preflight, std::string_view usual);

}  // namespace parley::http
