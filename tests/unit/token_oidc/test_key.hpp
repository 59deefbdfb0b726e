#pragma once
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace parley::token_server::test {

/// A key pair made by OpenSSL, which also signs: the code under test verifies with another library.
class TestKey {
 public:
  static TestKey rsa(unsigned bits = 2048);
  static TestKey ec(const char* curve = "P-256");

  /// The public half as members of a JWK: "kty":..., without braces.
  std::string numbers() const;
  /// A whole JWK for signatures.
  std::string jwk(std::string_view kid) const;
  std::string public_pem() const;
  std::string public_der() const;

  /// The raw signature as a JWS has it: of an EC key, both halves one after the other.
  std::string sign(std::string_view text) const;
  /// As OpenSSL makes it: of an EC key, in ASN.1.
  std::string sign_der(std::string_view text, const EVP_MD* digest = EVP_sha256()) const;

 private:
  explicit TestKey(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) {}
  std::string number(const char* name, std::size_t size = 0) const;
  bool is_rsa() const;

  std::shared_ptr<EVP_PKEY> key_;
};

/// The two texts in base64url, joined by a dot.
std::string signing_input(std::string_view header, std::string_view payload);
/// A whole token.
std::string make_token(const TestKey& key, std::string_view header, std::string_view payload);

}  // namespace parley::token_server::test
