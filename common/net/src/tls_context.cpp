#include "common/net/src/tls_context.hpp"

#include <openssl/ssl.h>

namespace parley::net {
namespace {

namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

Error unusable(const char* what, const std::string& file, const ErrorCode& error) {
  return {.code = Errc::invalid_config,
          .message = std::string(what) + " '" + file + "' cannot be used: " + error.message()};
}

}  // namespace

Result<TlsContext> make_client_context(const TlsClientOptions& options) {
  auto context = make_context(ssl::context::tls_client);
  ErrorCode error;
  if (!options.verify) {
    context->set_verify_mode(ssl::verify_none, error);
    return context;
  }
  context->set_verify_mode(ssl::verify_peer, error);
  if (options.ca_file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(options.ca_file, error);
  if (error) return unusable("the certificate authorities file", options.ca_file, error);
  return context;
}

Result<TlsContext> make_server_context(const TlsServerOptions& options) {
  auto context = make_context(ssl::context::tls_server);
  ErrorCode error;
  context->use_certificate_chain_file(options.certificate_file, error);
  if (error) return unusable("the certificate file", options.certificate_file, error);
  context->use_private_key_file(options.private_key_file, ssl::context::pem, error);
  if (error) return unusable("the private key file", options.private_key_file, error);
  return context;
}

}  // namespace parley::net
