#pragma once
#include <boost/system/error_code.hpp>
#include <string>
#include <vector>

struct ssl_st;             // OpenSSL's SSL
struct x509_store_ctx_st;  // and X509_STORE_CTX

namespace parley::net {

/// How a client checks the certificate of one server, and why it refused it. Lives as long as `ssl`.
class CertificateCheck {
 public:
  /// The certificate must be for `host`, a name or an address, by its subject alternative names.
  CertificateCheck(ssl_st* ssl, const std::string& host);
  CertificateCheck(const CertificateCheck&) = delete;
  CertificateCheck& operator=(const CertificateCheck&) = delete;

  /// A sentence; "" if nothing was refused.
  const std::string& problem() const { return problem_; }

 private:
  static int on_verified(int good, x509_store_ctx_st* context);

  std::string host_;
  std::string problem_;
};

/// Why a handshake of a client failed, as a sentence, where the certificate was not the reason.
std::string tls_problem(const boost::system::error_code& error);

/// See TlsStream::has_pin().
bool has_pinned_key(const ssl_st* ssl, const std::vector<std::string>& pins);

}  // namespace parley::net
