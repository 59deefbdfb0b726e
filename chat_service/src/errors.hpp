#pragma once
#include <cstdint>
#include <string>

#include <parley/error.hpp>

#include "common/base/http.hpp"

/// What the service says when a request fails: an HTTP status, a code of the vendor's dictionary, a text.
namespace parley::chat_service::errors {

/// 400/20001. The message names the field and what was expected.
Error bad_request(std::string message);
Error forbidden();               ///< 403/50107: the caller's role does not allow it
Error not_a_participant();       ///< 403/50430
Error conversation_not_found();  ///< 404/50350
Error unique_name_taken();       ///< 409/50353
Error participant_not_found();   ///< 404/50432
Error participant_exists();      ///< 409/50433
Error too_many_participants();   ///< 403/50417
// These are not in the vendor's dictionary.
Error may_not_add();       ///< 403/50480: this caller may not bring that user into a conversation
Error blocked();           ///< 403/50481: the other one of a 1x1 conversation has blocked the caller
Error only_for_the_two();  ///< 403/50482: a 1x1 conversation and its name are for its two identities
Error over_quota(std::uint64_t max_bytes);  ///< 413/50483: all messages of one user may take that much
Error no_room();                            ///< 507/20507: too little is free on the disk
Error message_not_found();                  ///< 404/50500
Error user_not_found();                     ///< 404/50200
Error no_channel_metadata();                ///< 404/50530
Error sync_forbidden();                     ///< 403/54007
Error sync_not_found(int code);             ///< 404 with the code of the object's type
Error no_such_route(std::string_view path);
Error method_not_allowed();
Error internal();  ///< 500/20500: nothing was changed
Error busy();      ///< 503/20503 with Retry-After: the database cannot be had now
/// Why nothing was changed, for the client: 503/20503 with a Retry-After if somebody else held the database,
/// else internal().
Error not_committed(const Error& reason);

http::Response to_response(const Error& error);

}  // namespace parley::chat_service::errors
