#include "common/net/src/tls_stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace parley::net {
namespace {

class SslStream final : public TlsStream {
 public:
  SslStream(tcp::socket socket, TlsContext context)
      : context_(std::move(context)), ssl_(std::move(socket), *context_) {}

  SSL* native() { return ssl_.native_handle(); }

  asio::any_io_executor get_executor() override { return ssl_.get_executor(); }

  void async_handshake(Side side, DoneHandler done) override {
    const auto type = side == Side::client ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
    ssl_.async_handshake(type, asio::bind_executor(get_executor(), std::move(done)));
  }

  void async_read_some(ReadBuffers buffers, IoHandler done) override {
    ssl_.async_read_some(buffers, asio::bind_executor(get_executor(), std::move(done)));
  }

  void async_write_some(WriteBuffers buffers, IoHandler done) override {
    ssl_.async_write_some(buffers, asio::bind_executor(get_executor(), std::move(done)));
  }

  void async_shutdown(DoneHandler done) override {
    begin_farewell();
    auto next = [this, done = std::move(done)](ErrorCode) mutable {
      end_farewell();
      close();
      std::move(done)(ErrorCode{});
    };
    ssl_.async_shutdown(std::move(next));
  }

  void close() override {
    ErrorCode ignored;
    ssl_.next_layer().close(ignored);
  }

  std::string peer_address() const override { return peer_address_of(ssl_.next_layer()); }

  std::string certificate_problem() const override {
    const auto result = SSL_get_verify_result(const_cast<SslStream*>(this)->native());
    return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
  }

 private:
  TlsContext context_;  // the stream's session refers to it
  asio::ssl::stream<tcp::socket> ssl_;
};

/// OpenSSL's own check rather than Asio's callback: its error says "hostname mismatch".
void expect_name(SSL* ssl, const std::string& host, bool is_address) {
  if (is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
    return;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(ssl, host.c_str());
}

}  // namespace

std::unique_ptr<TlsStream> make_tls_client_stream(tcp::socket socket, TlsContext context,
                                                  const std::string& host, bool verify) {
  auto stream = std::make_unique<SslStream>(std::move(socket), std::move(context));
  ErrorCode not_an_address;
  asio::ip::make_address(host, not_an_address);
  const bool is_address = !not_an_address;
  if (!is_address) SSL_set_tlsext_host_name(stream->native(), host.c_str());
  if (verify) expect_name(stream->native(), host, is_address);
  return stream;
}

std::unique_ptr<TlsStream> make_tls_server_stream(tcp::socket socket, TlsContext context) {
  return std::make_unique<SslStream>(std::move(socket), std::move(context));
}

}  // namespace parley::net
