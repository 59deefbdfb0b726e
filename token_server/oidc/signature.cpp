#include "token_server/oidc/signature.hpp"

#include <cjose/jwk.h>
#include <cjose/jws.h>

#include <bit>

#include "common/base/encoding.hpp"

namespace parley::token_server {
namespace {

constexpr std::size_t kLeastRsaBits = 2048;
constexpr std::size_t kMostRsaBits = 8192;  // what one verification costs grows with the square
constexpr std::size_t kExponentBytes = 8;
constexpr std::size_t kCoordinateBytes = 32;

struct FreeJwk {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
struct FreeJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, FreeJwk>;
using Jws = std::unique_ptr<cjose_jws_t, FreeJws>;

const char* name_of(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::rs256 ? "RS256" : "ES256";
}

Error bad_key(std::string_view what) {
  return {.code = Errc::invalid_argument, .message = "key: " + std::string(what)};
}

std::string_view without_leading_zeros(std::string_view number) {
  return number.substr(std::min(number.find_first_not_of('\0'), number.size()));
}

/// Of a number without leading zeros.
std::size_t bits_of(std::string_view number) {
  if (number.empty()) return 0;
  return (number.size() - 1) * 8 + std::bit_width(static_cast<std::uint8_t>(number.front()));
}

bool is_odd(std::string_view number) { return !number.empty() && (number.back() & 1) != 0; }

// The library takes pointers to what it only reads.
std::uint8_t* data_of(std::string_view bytes) { return const_cast<std::uint8_t*>(as_bytes(bytes).data()); }

}  // namespace

struct PublicKey::Key {
  SignatureAlgorithm algorithm;
  std::size_t signature_bytes;
  Jwk jwk;
};

std::optional<SignatureAlgorithm> parse_signature_algorithm(std::string_view name) {
  for (const auto algorithm : {SignatureAlgorithm::rs256, SignatureAlgorithm::es256})
    if (name == name_of(algorithm)) return algorithm;
  return std::nullopt;
}

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  const auto n = without_leading_zeros(modulus);
  const auto e = without_leading_zeros(exponent);
  if (bits_of(n) < kLeastRsaBits || bits_of(n) > kMostRsaBits)
    return bad_key("expected an RSA modulus of 2048 to 8192 bits");
  if (!is_odd(n)) return bad_key("expected an odd RSA modulus");
  if (!is_odd(e) || e == "\x01" || e.size() > kExponentBytes)
    return bad_key("expected an odd RSA exponent from 3 to 64 bits");
  cjose_jwk_rsa_keyspec spec{};
  spec.n = data_of(n);
  spec.nlen = n.size();
  spec.e = data_of(e);
  spec.elen = e.size();
  Jwk jwk(cjose_jwk_create_RSA_spec(&spec, nullptr));
  if (!jwk) return bad_key("not an RSA key");
  return PublicKey(std::make_shared<Key>(Key{SignatureAlgorithm::rs256, n.size(), std::move(jwk)}));
}

Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes)
    return bad_key("expected two coordinates of 32 bytes");
  cjose_jwk_ec_keyspec spec{};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.x = data_of(x);
  spec.xlen = x.size();
  spec.y = data_of(y);
  spec.ylen = y.size();
  Jwk jwk(cjose_jwk_create_EC_spec(&spec, nullptr));
  if (!jwk) return bad_key("not a point of the curve P-256");
  return PublicKey(
      std::make_shared<Key>(Key{SignatureAlgorithm::es256, 2 * kCoordinateBytes, std::move(jwk)}));
}

SignatureAlgorithm PublicKey::algorithm() const { return key_->algorithm; }

bool PublicKey::has_signed(std::string_view token) const {
  // The library would split a signature of any length in two halves.
  const auto signature = base64url_decode(token.substr(token.rfind('.') + 1));
  if (!signature || signature->size() != key_->signature_bytes) return false;
  const Jws jws(cjose_jws_import(token.data(), token.size(), nullptr));
  if (!jws) return false;
  // It verifies by the token's own "alg"; that must be ours also as its parser reads the header.
  const char* named = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, nullptr);
  if (!named || named != std::string_view(name_of(key_->algorithm))) return false;
  return cjose_jws_verify(jws.get(), key_->jwk.get(), nullptr);
}

}  // namespace parley::token_server
