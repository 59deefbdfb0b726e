#include "common/net/src/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include "common/net/src/certificate.hpp"
#include "common/net/pin.hpp"
#include "common/net/src/tls_files.hpp"

namespace parley::net {
namespace {

namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

/// Key exchange groups that cost the server at most about a millisecond. Without a list OpenSSL also takes
/// finite field groups up to ffdhe8192, with which one handshake costs more than a hundred.
constexpr const char* kGroups = "X25519:P-256:P-384";

/// 112 bits: RSA keys of 2048 bits at least, no SHA-1 in signatures.
constexpr int kClientSecurityLevel = 2;

TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set1_groups_list(context->native_handle(), kGroups);
  return context;
}

Error bad_config(std::string message) {
  return {.code = Errc::invalid_config, .message = std::move(message)};
}

Error unusable(const char* what, const std::string& file, const ErrorCode& error) {
  return bad_config(std::string(what) + " '" + file + "' cannot be used: " + error.message());
}

/// TLS 1.2 with forward secrecy and authenticated encryption only; the suites of TLS 1.3 are all like that.
void harden_server(SSL_CTX* context) {
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context,
                      SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Sessions are resumed by tickets, which the client keeps: nothing grows here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Nobody is there to be asked for a passphrase: such keys are refused before OpenSSL asks for one.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
}

bool is_mismatch(const ErrorCode& error) {
  const auto code = static_cast<unsigned long>(error.value());
  const int reason = ERR_GET_REASON(code);
  return ERR_GET_LIB(code) == ERR_LIB_X509 &&
         (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH);
}

Result<void> use_key(ssl::context& context, const TlsServerOptions& options) {
  const auto key = read_private_key(options.private_key_file);
  if (!key) return key.error();
  ErrorCode error;
  context.use_private_key(boost::asio::buffer(*key), ssl::context::pem, error);
  if (error && !is_mismatch(error)) return unusable("the private key file", options.private_key_file, error);
  // A key of another kind than the certificate's is found out only here.
  const bool matches = !error && SSL_CTX_check_private_key(context.native_handle()) == 1;
  ERR_clear_error();
  if (matches) return {};
  return bad_config("the private key file '" + options.private_key_file +
                    "' does not belong to the certificate file '" + options.certificate_file + "'");
}

}  // namespace

Result<TlsContext> make_client_context(const TlsClientOptions& options) {
  for (const auto& pin : options.pins)
    if (!is_pin(pin)) return bad_config("tls.pins: expected sha256/ and 44 characters of Base64");
  auto context = make_context(ssl::context::tls_client);
  SSL_CTX_set_security_level(context->native_handle(), kClientSecurityLevel);
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
  harden_server(context->native_handle());
  const auto certificates = read_certificates(options.certificate_file);
  if (!certificates) return certificates.error();
  ErrorCode error;
  context->use_certificate_chain(boost::asio::buffer(*certificates), error);
  if (error) return unusable("the certificate file", options.certificate_file, error);
  const auto dates = check_dates(*context, options.certificate_file, system_clock().wall_now());
  if (!dates) return dates.error();
  if (auto used = use_key(*context, options); !used) return used.error();
  return context;
}

Result<void> check_tls_files(const TlsServerOptions& options) {
  auto context = make_server_context(options);
  if (!context) return context.error();
  return {};
}

}  // namespace parley::net
