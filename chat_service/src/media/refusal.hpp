#pragma once
#include <string>

#include <parley/error.hpp>

#include "common/base/http.hpp"

namespace parley::chat_service::media {

/// Bad input, or too much of it: 400, 401, 403, 413, 415, 429. The message names the field and what was
/// expected.
Error refused(int status, std::string message);

/// An error as the official media client reads it: JSON with the status and a number. Of the disk's troubles
/// no more is told than whether there was no room.
http::Response refusal(Error error);

}  // namespace parley::chat_service::media
