#include "common/net/src/tls_files.hpp"

#include "common/os/read_file.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kFileBytes = 1024 * 1024;

constexpr const char* kSwapped = "; certificate_file and private_key_file are probably swapped";

/// What a file is in the configuration, and how it is told.
struct Kind {
  const char* name;
  const char* expected;
  const char* convert;  ///< from DER
};
constexpr Kind kCertificate{"the certificate file",
                            "expected a certificate in PEM, which begins with "
                            "-----BEGIN CERTIFICATE-----",
                            "`openssl x509 -inform der -in FILE -out FILE.pem`"};
constexpr Kind kPrivateKey{"the private key file",
                           "expected a private key in PEM, which begins with "
                           "-----BEGIN PRIVATE KEY-----",
                           "`openssl pkey -inform der -in FILE -out FILE.pem`"};

Error unusable(const Kind& kind, const std::string& file, const std::string& why) {
  return {.code = Errc::invalid_config,
          .message = std::string(kind.name) + " '" + file + "' cannot be used: " + why};
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

bool has_certificate(std::string_view text) {
  return has(text, "-----BEGIN CERTIFICATE-----") || has(text, "-----BEGIN TRUSTED CERTIFICATE-----") ||
         has(text, "-----BEGIN X509 CERTIFICATE-----");
}

// "PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", ...
bool has_private_key(std::string_view text) { return has(text, "PRIVATE KEY-----"); }

bool has_passphrase(std::string_view text) {
  return has(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----") || has(text, "Proc-Type: 4,ENCRYPTED");
}

/// The likely cause, of a file that has not what was expected.
std::string cause(const Kind& kind, std::string_view text, bool is_the_other) {
  if (is_the_other) return std::string(kind.expected) + kSwapped;
  const bool is_der = text.starts_with("\x30\x82") || text.starts_with("\x30\x81");
  if (is_der) return std::string(kind.expected) + "; this one is in DER, convert it: " + kind.convert;
  return kind.expected;
}

}  // namespace

Result<std::string> read_certificates(const std::string& file) {
  auto content = os::read_file(file, kFileBytes);
  if (!content) return unusable(kCertificate, file, content.error().message);
  if (!has_certificate(content->text))
    return unusable(kCertificate, file, cause(kCertificate, content->text, has_private_key(content->text)));
  return std::move(content->text);
}

Result<std::string> read_private_key(const std::string& file) {
  auto content = os::read_file(file, kFileBytes);
  if (!content) return unusable(kPrivateKey, file, content.error().message);
  if (!has_private_key(content->text))
    return unusable(kPrivateKey, file, cause(kPrivateKey, content->text, has_certificate(content->text)));
  // Nobody is there to be asked.
  if (has_passphrase(content->text))
    return unusable(kPrivateKey, file,
                    "it is behind a passphrase, and nobody is there to type it; write one without: "
                    "`umask 077; openssl pkey -in FILE -out NEW`");
  return std::move(content->text);
}

}  // namespace parley::net
