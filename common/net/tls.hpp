#pragma once
#include <memory>
#include <parley/error.hpp>
#include <string>

namespace parley::net {

/// How a client checks the server. The defaults are right for the public internet.
struct TlsClientOptions {
  std::string ca_file{};  ///< PEM bundle of trusted authorities; empty: the system's
  bool verify = true;     ///< false accepts any certificate: tests only
};

struct TlsServerOptions {
  std::string certificate_file{};  ///< PEM, leaf first, then intermediates
  std::string private_key_file{};  ///< PEM
};

}  // namespace parley::net
