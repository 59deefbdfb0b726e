#pragma once
#include <cstdint>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>

#include "common/base/json.hpp"
#include "common/protocol/token/jwt.hpp"

/// A token's JSON as plain values; what they mean is decided by the verifier. Inner to this room.
namespace parley::token {

/// A member that should be a number of seconds.
struct Seconds {
  bool present = false;
  std::optional<std::int64_t> value{};  ///< nothing if absent, no number, or outside the years 1970 to 2255
};

struct Header {
  std::string alg, typ, cty;  ///< empty if absent or no text
};

/// The chat grant, whichever of its two names it came under.
struct ChatSection {
  int count = 0;  ///< how many grants of this product the token has
  bool is_object = true;
  std::string service_sid, role_sid, endpoint_id, push_credential_sid;
};

struct Payload {
  std::string jti, iss, sub;  ///< empty if absent or no text
  Seconds nbf, iat, exp;
  bool has_grants = false;
  std::string identity;  ///< empty if absent or no text
  ChatSection chat;
};

/// What an object says; of no other value than an object.
Header header_of(const json::Value& header);
Payload payload_of(const json::Value& payload);

/// Both fail with 20101 if the text is not one JSON object, names a member twice or is nested too deeply.
Result<Header> read_header(std::string_view text);
Result<Payload> read_payload(std::string_view text);

}  // namespace parley::token
