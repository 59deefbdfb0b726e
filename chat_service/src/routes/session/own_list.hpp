#pragma once
#include <string_view>

#include "chat_service/src/scope.hpp"

namespace parley::chat_service::routes::session {

/// The caller's list of that SID; null if there is none of its own. Whoever finds it uses it.
SessionList* find_own(Scope& scope, std::string_view sid);

}  // namespace parley::chat_service::routes::session
