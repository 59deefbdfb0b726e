#pragma once
#include <cstdint>
#include <parley/error.hpp>
#include <string>

#include "common/protocol/token/access_token.hpp"

/// The two JSON texts of a token that is being minted. Inner to this room.
namespace parley::token {

Result<std::string> header_text(const TokenSpec& spec);

/// `issued_at`: seconds since 1970. Fails if a string is not UTF-8 or a grant's JSON is not an object.
Result<std::string> payload_text(const ApiKey& key, const TokenSpec& spec, std::int64_t issued_at);

/// Whole seconds since 1970, rounded down.
std::int64_t unix_seconds(WallTime time);

}  // namespace parley::token
