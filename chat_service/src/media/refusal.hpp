#pragma once
#include <parley/error.hpp>

#include "common/base/http.hpp"

namespace parley::chat_service::media {

/// An error as the official media client reads it: JSON with the status and a number. Of the disk's troubles
/// no more is told than whether there was no room.
http::Response refusal(Error error);

}  // namespace parley::chat_service::media
