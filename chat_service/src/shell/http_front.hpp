#pragma once
#include "common/base/http.hpp"

namespace parley::chat_service {

inline constexpr std::string_view kSocketPath = "/v3/wsconnect";

/// Answers what comes as plain HTTP: health, and a clear no to everything else.
http::Response answer_http(const http::Request& request);

}  // namespace parley::chat_service
