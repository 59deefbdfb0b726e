#include "common/net/src/certificate_check.hpp"

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <memory>
#include <parley/seams.hpp>

#include "common/base/encoding.hpp"
#include "common/net/src/certificate.hpp"
#include "common/net/pin.hpp"

namespace parley::net {
namespace {

constexpr std::string_view kPinPrefix = "sha256/";

bool has_alternative_names(const X509* certificate) {
  return X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
}

/// What is wrong with a chain, as a sentence; `whose` is the certificate that is wrong.
std::string chain_problem(int code, const std::string& whose) {
  switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "the server's certificate is self-signed, and not among those that are trusted here";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return "the server's certificate comes from an authority that is not trusted here";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "the server's certificate comes from an unknown authority, which is not trusted here; or the "
             "server "
             "leaves out the certificates in between";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return whose + " has a key that is too weak";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return whose + " is signed with a hash that is too weak";
    case X509_V_ERR_INVALID_PURPOSE:
      return whose + " is not made for servers: its extended key usage names another purpose";
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
      return "the server's certificate was signed with one that is no authority";
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return "an authority of the server's certificate is not allowed below another one: its path is too "
             "long";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return whose + " has a wrong signature";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
      return "the server's certificate has a name that its authority must not certify";
    default:
      return whose + " is not accepted: " + X509_verify_cert_error_string(code);
  }
}

std::string describe(X509_STORE_CTX* context, const std::string& host) {
  const int code = X509_STORE_CTX_get_error(context);
  const std::string whose = X509_STORE_CTX_get_error_depth(context) == 0
                                ? "the server's certificate"
                                : "the certificate of the server's authority";
  const X509* certificate = X509_STORE_CTX_get_current_cert(context);
  switch (code) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED: {
      const auto dates =
          certificate ? date_problem(certificate, system_clock().wall_now()) : std::optional<std::string>();
      return whose + " " + dates.value_or("is not valid at this time") +
             "; if that seems wrong, look at the clock of this computer";
    }
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      if (certificate && !has_alternative_names(certificate))
        return "the server's certificate has a common name only, which does not count: it needs a subject "
               "alternative name";
      return "the server's certificate is for another host than " + host;
    default:
      return chain_problem(code, whose);
  }
}

std::string pin_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  if (size <= 0) return {};
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes, static_cast<std::size_t>(size), reinterpret_cast<unsigned char*>(digest.data()));
  OPENSSL_free(bytes);
  return std::string(kPinPrefix) + base64_encode(digest);
}

}  // namespace

CertificateCheck::CertificateCheck(ssl_st* ssl, const std::string& host) : host_(host) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_set1_host(ssl, host.c_str());
  }
  SSL_set_app_data(ssl, this);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, &CertificateCheck::on_verified);
}

int CertificateCheck::on_verified(int good, x509_store_ctx_st* context) {
  if (good == 1) return 1;
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* self = static_cast<CertificateCheck*>(SSL_get_app_data(ssl));
  self->problem_ = describe(context, self->host_);
  return 0;
}

std::string tls_problem(const boost::system::error_code& error) {
  if (error == boost::asio::ssl::error::stream_truncated || error == boost::asio::error::eof)
    return "the server closed the connection during the handshake";
  if (error.category() != boost::asio::error::get_ssl_category()) return error.message();
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "the server speaks too old a protocol: TLS 1.2 or newer is wanted";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return "what answers does not speak TLS";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "the server found no cipher or key exchange in common";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      return "the server does not know this host name";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "the server wants a certificate of the client, which is not supported";
    default:
      return "the handshake failed: " + error.message();
  }
}

bool has_pinned_key(const ssl_st* ssl, const std::vector<std::string>& pins) {
  const auto is_pinned = [&](X509* certificate) {
    return std::find(pins.begin(), pins.end(), pin_of(certificate)) != pins.end();
  };
  const bool is_verified = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
  if (!is_verified) {
    X509* own = SSL_get0_peer_certificate(ssl);
    return own && is_pinned(own);
  }
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i)
    if (is_pinned(sk_X509_value(chain, i))) return true;
  return false;
}

bool is_pin(const std::string& text) {
  constexpr std::size_t kCharacters = 44;  // as many in Base64, the last of which pads
  if (text.size() != kPinPrefix.size() + kCharacters || !text.starts_with(kPinPrefix)) return false;
  std::string digits = text.substr(kPinPrefix.size(), kCharacters - 1);
  std::replace(digits.begin(), digits.end(), '+', '-');
  std::replace(digits.begin(), digits.end(), '/', '_');
  return text.back() == '=' && base64url_decode(digits).has_value();
}

}  // namespace parley::net
