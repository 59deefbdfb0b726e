#include "tests/unit/net/tls_client.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <algorithm>

namespace parley::net::test {
namespace {

SSL_CTX* make_context(const TlsClientSettings& settings) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  // Only the server's refusals count, not those of the system's policy for clients.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, settings.version);
  SSL_CTX_set_max_proto_version(context, settings.version);
  const auto ciphers = settings.ciphers.empty() ? "ALL:@SECLEVEL=0" : settings.ciphers + ":@SECLEVEL=0";
  SSL_CTX_set_cipher_list(context, ciphers.c_str());
  return context;
}

}  // namespace

TlsClient::TlsClient(const ListenAddress& server, const TlsClientSettings& settings)
    : context_(make_context(settings), &SSL_CTX_free),
      bio_(BIO_new_ssl_connect(context_.get()), [](BIO* bio) { BIO_free_all(bio); }) {
  BIO_get_ssl(bio_.get(), &ssl_);
  if (settings.session) SSL_set_session(ssl_, settings.session.get());
  BIO_set_conn_hostname(bio_.get(), server.to_string().c_str());
  ERR_clear_error();
  if (BIO_do_handshake(bio_.get()) == 1) return;
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  error_ = reason ? reason : "the connection ended";
}

TlsClient::~TlsClient() = default;

std::string TlsClient::version() const { return SSL_get_version(ssl_); }

std::string TlsClient::cipher() const { return SSL_get_cipher_name(ssl_); }

long TlsClient::serial() const {
  return ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(ssl_)));
}

std::shared_ptr<SSL_SESSION> TlsClient::session() const {
  return {SSL_get1_session(ssl_), &SSL_SESSION_free};
}

bool TlsClient::is_resumed() const { return SSL_session_reused(ssl_) == 1; }

bool TlsClient::renegotiate() { return SSL_renegotiate(ssl_) == 1 && SSL_do_handshake(ssl_) == 1; }

std::string TlsClient::ask(std::string_view request, std::string_view end) {
  BIO_write(bio_.get(), request.data(), static_cast<int>(request.size()));
  std::string answer;
  char buffer[1024];
  std::size_t searched = 0;
  while (answer.find(end, searched) == std::string::npos) {
    searched = answer.size() - std::min(answer.size(), end.size());
    const int size = BIO_read(bio_.get(), buffer, sizeof buffer);
    if (size <= 0) break;
    answer.append(buffer, static_cast<std::size_t>(size));
  }
  return answer;
}

}  // namespace parley::net::test
