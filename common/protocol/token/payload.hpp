#pragma once
#include <cstdint>
#include <parley/error.hpp>
#include <string>
#include <string_view>

#include "common/protocol/token/access_token.hpp"

/// The two JSON texts of a token that is being minted, whole or in pieces. Inner to this room.
namespace parley::token {

Result<std::string> header_text(const TokenSpec& spec);

/// `issued_at`: seconds since 1970. Fails if a string is not UTF-8 or a grant's JSON is not an object.
Result<std::string> payload_text(const ApiKey& key, const TokenSpec& spec, std::int64_t issued_at);

/// The text of the grants from behind the identity to their end, cut where the chat grant's endpoint id goes:
/// `,"chat":{"service_sid":"IS..."` `,"endpoint_id":"` id `"` `},"video":{}`.
struct GrantPieces {
  std::string before_endpoint;
  std::string endpoint_open, endpoint_close;  ///< left out together with an empty id
  std::string after_endpoint;
  std::string endpoint_id;  ///< the one that the grant itself has; not escaped
  bool has_chat = false;
};

/// Fails as payload_text() does.
Result<GrantPieces> grant_pieces(const TokenSpec& spec);

/// What is asked of every key and of every identity and life before anything is written.
Result<void> check_key(const ApiKey& key);
Result<void> check_token_input(std::string_view identity, std::chrono::seconds ttl);

/// The error for a text that cannot be written.
Error not_utf8();

/// Whole seconds since 1970, rounded down.
std::int64_t unix_seconds(WallTime time);

}  // namespace parley::token
