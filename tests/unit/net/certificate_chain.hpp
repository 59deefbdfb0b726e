#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace parley::net::test {

struct CertificateSpec {
  std::string common_name = "parley test";
  std::string names{};                                       ///< subject alternative names; "": none
  std::chrono::seconds valid_from = std::chrono::hours(-1);  ///< seen from now
  std::chrono::seconds valid_until = std::chrono::hours(1);
  int rsa_bits = 0;  ///< 0: an elliptic curve instead
  bool is_authority = false;
  std::optional<int> path_length{};
  std::string extended_key_usage{};
  bool sha1 = false;  ///< in its signature
};

/// A certificate with its key, signed by another one or by itself, made anew.
class MadeCertificate {
 public:
  explicit MadeCertificate(const CertificateSpec& spec, const MadeCertificate* issuer = nullptr);

  /// As if `issuer` had signed it, by another key.
  static MadeCertificate forged(const CertificateSpec& spec, const MadeCertificate& issuer);

  std::string pem() const;
  std::string pin() const;
  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }

 private:
  void sign(const CertificateSpec& spec, const MadeCertificate* issuer, EVP_PKEY* with);

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

}  // namespace parley::net::test
