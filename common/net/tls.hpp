#pragma once
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>

namespace parley::net {

/// How a client checks the server. The defaults are right for the public internet.
struct TlsClientOptions {
  std::string ca_file{};  ///< PEM bundle of trusted authorities; empty: the system's
  bool verify = true;     ///< false accepts any certificate: tests only
};

/// Both files are read when the server starts or is told to read them again. Refused are files that do not
/// belong together and certificates whose time has not come or is over.
struct TlsServerOptions {
  std::string certificate_file{};  ///< PEM, leaf first, then intermediates
  std::string private_key_file{};  ///< PEM, without a passphrase
};

/// A certificate and its key in memory, with what the tickets of its sessions are sealed with: servers that
/// share one know each other's sessions. Immutable; any thread.
class TlsIdentity;

/// Would a server start with these files now? Fails with Errc::invalid_config, naming the file.
Result<void> check_tls_files(const TlsServerOptions& options);

/// When the first certificate in a PEM file expires. Fails with Errc::invalid_config, naming the file.
Result<WallTime> certificate_expires_at(const std::string& certificate_file);

}  // namespace parley::net
