#pragma once
#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <vector>

#include "tests/unit/net/certificate_chain.hpp"

namespace parley::net::test {

/// A TLS server that shows any certificate it is given, in a thread of its own: it answers one request of one
/// client with "ok". Somebody must connect before it is destroyed.
class TlsPeer {
 public:
  struct Settings {
    int max_version = 0;                          ///< TLS1_1_VERSION etc.; 0: what both can
    std::vector<const MadeCertificate*> above{};  ///< sent behind its own
  };

  TlsPeer(const MadeCertificate& own, const Settings& settings)
      : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        tls_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
    SSL_CTX_set_security_level(tls_.get(), 0);
    SSL_CTX_set_min_proto_version(tls_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls_.get(), settings.max_version);
    SSL_CTX_set_cipher_list(tls_.get(), "ALL:@SECLEVEL=0");
    SSL_CTX_use_certificate(tls_.get(), own.certificate());
    SSL_CTX_use_PrivateKey(tls_.get(), own.key());
    for (const auto* certificate : settings.above)
      SSL_CTX_add1_chain_cert(tls_.get(), certificate->certificate());
    done_ = std::async(std::launch::async, [this] { serve(); });
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve() {
    auto socket = acceptor_.accept();
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(tls_.get()), &SSL_free);
    SSL_set_fd(ssl.get(), socket.native_handle());
    if (SSL_accept(ssl.get()) != 1) return;
    char request[4096];
    if (SSL_read(ssl.get(), request, sizeof request) <= 0) return;
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  std::future<void> done_;  // first to end
};

}  // namespace parley::net::test
