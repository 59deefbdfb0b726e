#pragma once
#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/model.hpp"
#include "common/base/http.hpp"

namespace parley::chat_service::media {

/// The answer to a GET or HEAD of a medium's bytes: 200, 206, 304 or 416, or 404 if the file is missing. It
/// never lets a browser run what is in the file. `url_life`: how long a copy may be kept.
http::Response content_response(const Blobs& blobs, const Medium& medium, const http::Request& request,
                                Duration url_life);

}  // namespace parley::chat_service::media
