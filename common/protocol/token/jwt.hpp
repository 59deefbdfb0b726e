#pragma once
#include <parley/error.hpp>
#include <string>
#include <string_view>

#include "common/base/crypto.hpp"
#include "common/protocol/token/access_token.hpp"

/// The compact form of a signed token: three base64url parts joined by dots. Inner to this room, but for
/// split_jwt(), which tokens of other issuers go through too.
namespace parley::token {

/// The numbers of the published error dictionary that say why a token is refused.
enum TokenCode : int {
  kInvalidToken = 20101,
  kInvalidHeader = 20102,
  kInvalidIssuer = 20103,
  kExpired = 20104,
  kNotYetValid = 20105,
  kInvalidGrants = 20106,
  kInvalidSignature = 20107,
  kLifeTooLong = 20157,
};

/// The error for a refused token: the dictionary's words for the number, then our reason.
Error refuse_token(TokenCode code, std::string_view reason);

/// A token taken apart, its parts decoded; nothing about it is verified.
struct Jwt {
  std::string_view signing_input;  ///< header and payload as received; points into the token
  std::string header;              ///< JSON text
  std::string payload;             ///< JSON text
  std::string signature;           ///< raw bytes
};

/// Fails with 20101 on anything but three base64url parts within limits::kTokenBytes.
Result<Jwt> split_jwt(std::string_view token);

/// The digest under an algorithm's HMAC.
HashAlgorithm hash_of(Algorithm algorithm);

/// The raw signature of `signing_input`.
std::string sign(Algorithm algorithm, std::string_view secret, std::string_view signing_input);

/// A whole signed token from the JSON texts of its two parts.
std::string make_jwt(Algorithm algorithm, std::string_view secret, std::string_view header,
                     std::string_view payload);

}  // namespace parley::token
