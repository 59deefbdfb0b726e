#include "common/protocol/token/jwt.hpp"

#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"

namespace parley::token {
namespace {

std::string_view words(TokenCode code) {
  switch (code) {
    case kInvalidToken:
      return "Invalid Access Token";
    case kInvalidHeader:
      return "Invalid Access Token header";
    case kInvalidIssuer:
      return "Invalid Access Token issuer/subject";
    case kExpired:
      return "Access Token expired or expiration date invalid";
    case kNotYetValid:
      return "Access Token not yet valid";
    case kInvalidGrants:
      return "Invalid Access Token grants";
    case kInvalidSignature:
      return "Invalid Access Token signature";
    case kLifeTooLong:
      return "Access Token expiration time exceeds maximum time allowed";
  }
  return "Invalid Access Token";
}

}  // namespace

HashAlgorithm hash_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::hs384:
      return HashAlgorithm::sha384;
    case Algorithm::hs512:
      return HashAlgorithm::sha512;
    case Algorithm::hs256:
      break;
  }
  return HashAlgorithm::sha256;
}

Error refuse_token(TokenCode code, std::string_view reason) {
  return {.code = Errc::invalid_token,
          .message = std::string(words(code)) + ": " + std::string(reason),
          .server_code = code};
}

Result<Jwt> split_jwt(std::string_view token) {
  if (token.size() > limits::kTokenBytes) return refuse_token(kInvalidToken, "longer than allowed");
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return refuse_token(kInvalidToken, "not three parts joined by dots");
  auto header = base64url_decode(token.substr(0, first));
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature) return refuse_token(kInvalidToken, "a part is not base64url");
  return Jwt{token.substr(0, second), std::move(*header), std::move(*payload), std::move(*signature)};
}

std::string sign(Algorithm algorithm, std::string_view secret, std::string_view signing_input) {
  return hmac(hash_of(algorithm), secret, signing_input);
}

std::string make_jwt(Algorithm algorithm, std::string_view secret, std::string_view header,
                     std::string_view payload) {
  std::string token = base64url_encode(header) + "." + base64url_encode(payload);
  token += "." + base64url_encode(sign(algorithm, secret, token));
  return token;
}

}  // namespace parley::token
