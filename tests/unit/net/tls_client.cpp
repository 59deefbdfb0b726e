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
  if (!settings.groups.empty()) SSL_CTX_set1_groups_list(context, settings.groups.c_str());
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

std::string TlsClient::group() const {
  const char* name = SSL_group_to_name(ssl_, static_cast<int>(SSL_get_negotiated_group(ssl_)));
  return name ? name : "";
}

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

std::string wrongs_of_key_exchange(const ListenAddress& server) {
  constexpr const char* kTaken[] = {"X25519", "P-256", "P-384"};
  constexpr const char* kRefused[] = {
      "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144",       "ffdhe8192",       "P-521",          "X448",
      "P-224",     "secp256k1", "sect283r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"};
  std::string wrongs;
  const auto note = [&](int version, const std::string& groups, const std::string& what) {
    wrongs += (version == TLS1_3_VERSION ? "TLS 1.3, " : "TLS 1.2, ") + groups + ": " + what + "\n";
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::string group : kTaken)
      if (const TlsClient client(server, {.version = version, .groups = group}); !client.error().empty())
        note(version, group, client.error());
    for (const std::string group : kRefused) {
      if (version == TLS1_2_VERSION && group.starts_with("ffdhe")) continue;  // no such groups there
      const TlsClient client(server, {.version = version, .groups = group});
      if (client.error().empty()) note(version, group, "is taken");
    }
  }
  // Whoever prefers a dear group gets a cheap one that he takes as well.
  const TlsClient both(server, {.version = TLS1_3_VERSION, .groups = "ffdhe8192:X25519"});
  if (both.group() != "x25519") note(TLS1_3_VERSION, "ffdhe8192:X25519", "[" + both.group() + "] is chosen");
  return wrongs;
}

}  // namespace parley::net::test
