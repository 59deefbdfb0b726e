#include "tests/unit/net/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <cstdio>
#include <memory>
#include <random>

namespace parley::net::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<FILE, decltype(&std::fclose)>;

void add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509Pointer self_signed(EVP_PKEY* key, const CertificateOptions& options) {
  X509Pointer certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), options.serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_until.count());
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>("parley test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_subject_alt_name, options.names.c_str());
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

void write_key(const std::string& file, EVP_PKEY* key, const char* passphrase) {
  const File out(std::fopen(file.c_str(), "w"), &std::fclose);
  const auto* cipher = passphrase ? EVP_aes_256_cbc() : nullptr;
  std::filesystem::permissions(file,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  PEM_write_PKCS8PrivateKey(out.get(), key, cipher, nullptr, 0, nullptr, const_cast<char*>(passphrase));
}

}  // namespace

Certificate::Certificate(const CertificateOptions& options)
    : folder_(std::filesystem::temp_directory_path() /
              ("parley-net-test-" + std::to_string(std::random_device{}()) +
               std::to_string(std::random_device{}()))) {
  std::filesystem::create_directories(folder_);
  const Key key(options.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const auto certificate = self_signed(key.get(), options);
  write_key(key_file(), key.get(), nullptr);
  const File certificate_out(std::fopen(certificate_file().c_str(), "w"), &std::fclose);
  PEM_write_X509(certificate_out.get(), certificate.get());
}

Certificate::~Certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Certificate::replace_by(const Certificate& other) const {
  constexpr auto over = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(other.certificate_file(), certificate_file(), over);
  std::filesystem::copy_file(other.key_file(), key_file(), over);
}

void Certificate::lock_key() const {
  const File in(std::fopen(key_file().c_str(), "r"), &std::fclose);
  const Key key(PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  write_key(key_file(), key.get(), "passphrase");
}

}  // namespace parley::net::test
