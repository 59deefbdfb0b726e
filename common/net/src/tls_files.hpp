#pragma once
#include <parley/error.hpp>
#include <string>

/// The files with a server's certificate and key, before OpenSSL sees them: what is wrong with them is said
/// in words, with what to do. Failures are Errc::invalid_config and name the file, never what is in it.
namespace parley::net {

/// PEM with one certificate at least.
Result<std::string> read_certificates(const std::string& file);

/// PEM with a private key that has no passphrase.
Result<std::string> read_private_key(const std::string& file);

}  // namespace parley::net
