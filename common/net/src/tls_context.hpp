#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include <parley/error.hpp>

#include "common/net/tls.hpp"

namespace parley::net {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

class TlsIdentity {
 public:
  explicit TlsIdentity(TlsContext context) : context_(std::move(context)) {}
  const TlsContext& context() const { return context_; }

 private:
  TlsContext context_;
};

/// TLS 1.2 or newer, with the key exchange groups X25519, P-256 and P-384 only. Fails with
/// Errc::invalid_config naming the file that cannot be used.
Result<TlsContext> make_client_context(const TlsClientOptions& options);
Result<TlsContext> make_server_context(const TlsServerOptions& options);

}  // namespace parley::net
