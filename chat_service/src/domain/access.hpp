#pragma once
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/scope.hpp"

/// Sync objects as the caller may see them.
namespace parley::chat_service::access {

/// By SID or unique name. 404 if there is none of that type, 403 if the caller may not open it.
Result<SyncObject> open(Scope& scope, sync::ObjectType type, std::string_view sid_or_name);
/// May the caller go on being told of changes of this object? False if there is none.
bool may_watch(Scope& scope, std::string_view object_sid);

}  // namespace parley::chat_service::access
