#pragma once
#include <optional>

#include <parley/seams.hpp>

#include "chat_service/src/media/range.hpp"
#include "chat_service/src/model.hpp"
#include "common/base/http.hpp"

namespace parley::chat_service::media {

/// What a GET or HEAD of a medium's bytes gets.
struct Download {
  http::Response response;      ///< 200, 206, 304 or 416, without the bytes
  std::optional<Range> part{};  ///< of the file, to be sent with it
};

/// Never lets a browser run what is in the file. `url_life`: how long a copy may be kept.
Download plan_download(const Medium& medium, const http::Request& request, Duration url_life);

}  // namespace parley::chat_service::media
