#pragma once
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/media/temporary_url.hpp"
#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/scope.hpp"

/// The rows of media: who may see them, and how they are told.
namespace parley::chat_service::media::records {

/// The caller's medium, or one of a conversation into which the caller may look. 404 if there is none or it
/// is somebody else's and not attached; 403 if its conversation is closed to the caller.
Result<Medium> find(Scope& scope, std::string_view sid);
/// For nobody in particular: a signed link was checked before. 404.
Result<Medium> find_for_anybody(Scope& scope, std::string_view sid);

/// 200 and the medium with a fresh temporary URL.
Result<Answer> describe(Scope& scope, const TemporaryUrls& urls, std::string_view sid);
/// `{"command":"get","list":[{"media_sid":"ME..."}]}`: 200 and a code for each of them.
Result<Answer> describe_set(Scope& scope, const TemporaryUrls& urls, const std::string& body);
/// Stores an upload of the caller's; 201.
Result<Answer> add(Scope& scope, const TemporaryUrls& urls, Medium medium);

}  // namespace parley::chat_service::media::records
