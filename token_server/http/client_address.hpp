#pragma once
#include <string>
#include <vector>

#include "common/base/http.hpp"

namespace parley::token_server {

/// The address a request comes from: the peer's, or, if the peer is a trusted proxy, the last one in
/// X-Forwarded-For that is not. What an untrusted peer says of itself counts nothing.
std::string client_address(const http::Request& request, const std::string& peer,
                           const std::vector<std::string>& trusted_proxies);

}  // namespace parley::token_server
