#pragma once
#include <functional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

namespace parley::net {

/// How a client checks the server. The defaults are right for the public internet: a chain to a trusted
/// authority, its dates, and the server's name or address among the subject alternative names. Whether a
/// certificate was revoked is not checked.
struct TlsClientOptions {
  std::string ca_file{};  ///< PEM bundle of trusted authorities; empty: the system's
  bool verify = true;     ///< false accepts any certificate: tests only
  /// Keys of which one must be that of a certificate in the server's verified chain: "sha256/" and the Base64
  /// of the SHA-256 of the SubjectPublicKeyInfo, as curl's --pinnedpubkey has it. Empty: any key.
  std::vector<std::string> pins{};
  bool pins_report_only = false;  ///< a chain without a pinned key is told and accepted
  /// Told of such a chain, on the executor of the connection, where pins only report.
  std::function<void(const Error&)> on_pin_mismatch{};
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
