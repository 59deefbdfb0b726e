#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/base/http.hpp"

/// Cross-origin requests of browsers: the Fetch standard's CORS protocol with a list of origins.
namespace parley::token_server {

using Origins = std::vector<std::string>;

/// Says which page may read this response. Adds nothing while no origin is allowed.
void add_cors_headers(const http::Request& request, const Origins& allowed, http::Response& response);

/// Answers OPTIONS for a path: the browser's question before a request, or what any client may ask.
/// `methods`: of that path, "POST, OPTIONS".
http::Response options_reply(const http::Request& request, const Origins& allowed, std::string_view methods);

}  // namespace parley::token_server
