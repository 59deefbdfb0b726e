#pragma once
#include <chrono>
#include <optional>
#include <parley/error.hpp>
#include <string_view>

#include "common/base/http.hpp"
#include "token_server/minting/minting.hpp"
#include "token_server/sessions/session_service.hpp"

/// The bodies that the server answers with.
namespace parley::token_server {

/// {"token","identity","expires_at"}
http::Response token_reply(const MintedToken& minted);
/// The same with "refresh_token" and "refresh_expires_at".
http::Response session_reply(const MintedToken& minted, const RefreshToken& refresh);
/// The token alone, as text.
http::Response bare_reply(const MintedToken& minted);
/// A failure for those who take every answer for text: its message alone.
http::Response bare_failure(http::Response failure);
/// {"status": word}
http::Response state_reply(int status, std::string_view word);

/// {"status","code","message"}; `code` 0: the dictionary's number for a status without a reason of its own.
http::Response failure_reply(int status, std::string_view message, int code = 0);
/// The same from an error: its http_status, or the one that fits its code; `retry_after` becomes Retry-After.
http::Response failure_reply(const Error& error);
/// With "error" and "error_description" as RFC 6749 5.2 wants them.
http::Response oauth_failure_reply(const Error& error, std::string_view oauth_error);

}  // namespace parley::token_server
