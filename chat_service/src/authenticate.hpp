#pragma once
#include "chat_service/core.hpp"

namespace parley::chat_service {

/// The check that lets a connection in. `options` must outlive what is returned.
twilsock::Authenticate make_authenticate(const CoreOptions& options);

}  // namespace parley::chat_service
