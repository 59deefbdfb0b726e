#pragma once
#include "common/os/file.hpp"

namespace parley::chat_service::media {
namespace disk = os;
}  // namespace parley::chat_service::media
