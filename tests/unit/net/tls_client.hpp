#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/net/url.hpp"

namespace parley::net::test {

struct TlsClientSettings {
  int version = 0;                         ///< TLS1_1_VERSION etc.; 0: what both can
  std::string ciphers = "";                ///< of TLS 1.2; empty: the library's
  std::string groups = "";                 ///< of the key exchange, with ":" between; empty: the library's
  std::shared_ptr<SSL_SESSION> session{};  ///< to be resumed
};

/// A TLS client that trusts everybody and shows what was agreed on. It blocks: give it a thread of its own.
class TlsClient {
 public:
  explicit TlsClient(const ListenAddress& server, const TlsClientSettings& settings = {});
  ~TlsClient();

  /// Why there is no connection; "" if there is one.
  const std::string& error() const { return error_; }
  std::string version() const;
  std::string cipher() const;
  /// Of the key exchange, as OpenSSL names it; "" without one.
  std::string group() const;
  long serial() const;
  /// What may be resumed later; after an answer, because tickets come behind the handshake.
  std::shared_ptr<SSL_SESSION> session() const;
  bool is_resumed() const;
  /// False if the server refuses.
  bool renegotiate();
  /// Sends `request` and reads until `end` has come or the server has closed.
  std::string ask(std::string_view request, std::string_view end);

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<BIO, void (*)(BIO*)> bio_;
  SSL* ssl_ = nullptr;
  std::string error_;
};

/// What every server of ours must do, asked from outside: it exchanges keys in the groups that cost it
/// little, and refuses whoever offers none of them. Its certificate has an RSA key: another one restricts the
/// groups of TLS 1.2. Returns what it did otherwise, one line each; "" if nothing.
std::string wrongs_of_key_exchange(const ListenAddress& server);

}  // namespace parley::net::test
