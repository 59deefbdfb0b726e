#pragma once
#include <optional>
#include <parley/error.hpp>
#include <string>

#include "common/base/http.hpp"

namespace parley::token_server {

/// For whom a token is wanted: `user` or `identity` of a JSON object or a form; nothing if neither is there
/// or it is empty.
///
/// Fails with http_status 415 for another media type and 400 for a body that is not well-formed, names the
/// member twice or differently, gives anything but a text, or an identity against the rules.
Result<std::optional<std::string>> read_identity(const http::Request& request);

}  // namespace parley::token_server
