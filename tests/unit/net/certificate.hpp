#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "common/net/tls.hpp"

namespace parley::net::test {

struct CertificateOptions {
  std::string names = "DNS:localhost,IP:127.0.0.1";
  std::chrono::seconds valid_from = std::chrono::hours(-1);  ///< seen from now
  std::chrono::seconds valid_until = std::chrono::hours(1);
  long serial = 1;
  bool rsa = false;  ///< instead of an elliptic curve
};

/// A self-signed certificate, made anew, in files that vanish with it.
class Certificate {
 public:
  explicit Certificate(const CertificateOptions& options = {});
  explicit Certificate(const std::string& names) : Certificate(CertificateOptions{.names = names}) {}
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string certificate_file() const { return (folder_ / "certificate.pem").string(); }
  std::string key_file() const { return (folder_ / "key.pem").string(); }
  TlsServerOptions options() const { return {certificate_file(), key_file()}; }
  /// Its files become those of `other`, as when an operator renews them.
  void replace_by(const Certificate& other) const;
  /// The key is written again behind a passphrase.
  void lock_key() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace parley::net::test
