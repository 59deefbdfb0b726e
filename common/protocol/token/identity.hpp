#pragma once
#include <parley/error.hpp>
#include <string_view>

namespace parley::token {

/// The rules for a user's identity, applied by servers before they mint and when they let a user in:
/// 1 to limits::kIdentityBytes bytes of UTF-8 as TextKind::identifier has it, not shaped like a user SID, not
/// the reserved word "system".
///
/// Fails with Errc::invalid_argument; the message names the rule and never repeats the identity;
/// `server_code` is the cloud's number for the rule where it has one.
Result<void> check_identity(std::string_view identity);

}  // namespace parley::token
