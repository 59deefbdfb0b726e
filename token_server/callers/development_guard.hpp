#pragma once
#include <parley/error.hpp>

#include "common/base/http.hpp"

namespace parley::token_server {

/// Requests that prove nothing are served only if they come from this very machine. Refused with http_status
/// 403: what went through a proxy or may have (HTTP/1.0), what names another host (a web page whose host name
/// was pointed at 127.0.0.1 does) or none, and what a page of another machine sent. A proxy that adds no
/// header, speaks HTTP/1.1 and rewrites the host cannot be told.
Result<void> check_local(const http::Request& request);

}  // namespace parley::token_server
