#pragma once
#include <memory>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>

namespace parley::token_server {

/// The only two that are accepted. Symmetric algorithms and "none" have no name here, so no token can ask
/// for them.
enum class SignatureAlgorithm { rs256, es256 };

/// "RS256" and "ES256", exactly so.
std::optional<SignatureAlgorithm> parse_signature_algorithm(std::string_view name);

/// A key that verifies signatures of one algorithm. Immutable; copies share the key. One thread at a time.
class PublicKey {
 public:
  /// Big-endian numbers. Fails on a modulus below 2048 or above 8192 bits and on an exponent that is even,
  /// below 3 or longer than 8 bytes.
  static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  /// The coordinates of a point of the curve P-256, 32 bytes each. Fails if it is not on the curve.
  static Result<PublicKey> p256(std::string_view x, std::string_view y);

  /// RS256 of an RSA key, ES256 of a P-256 key.
  SignatureAlgorithm algorithm() const;

  /// True if `token` (three base64url parts) was signed with this key's private half by algorithm().
  bool has_signed(std::string_view token) const;

 private:
  struct Key;
  explicit PublicKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}

  std::shared_ptr<const Key> key_;
};

}  // namespace parley::token_server
