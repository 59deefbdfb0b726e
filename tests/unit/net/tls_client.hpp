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

}  // namespace parley::net::test
