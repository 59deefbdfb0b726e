#include "tests/unit/net/certificate_chain.hpp"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "common/base/encoding.hpp"

namespace parley::net::test {
namespace {

void add_extension(X509* certificate, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

long next_serial() {
  static long serial = 1;
  return ++serial;
}

}  // namespace

MadeCertificate::MadeCertificate(const CertificateSpec& spec, const MadeCertificate* issuer)
    : key_(spec.rsa_bits ? EVP_RSA_gen(static_cast<unsigned>(spec.rsa_bits)) : EVP_EC_gen("P-256"),
           &EVP_PKEY_free),
      certificate_(X509_new(), &X509_free) {
  X509* made = certificate_.get();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), next_serial());
  X509_gmtime_adj(X509_getm_notBefore(made), spec.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(made), spec.valid_until.count());
  X509_set_pubkey(made, key_.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1, -1, 0);
  if (!spec.names.empty()) add_extension(made, NID_subject_alt_name, spec.names);
  std::string constraints = spec.is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE";
  if (spec.path_length) constraints += ",pathlen:" + std::to_string(*spec.path_length);
  add_extension(made, NID_basic_constraints, constraints);
  if (!spec.extended_key_usage.empty()) add_extension(made, NID_ext_key_usage, spec.extended_key_usage);
  sign(spec, issuer, issuer ? issuer->key() : key());
}

MadeCertificate MadeCertificate::forged(const CertificateSpec& spec, const MadeCertificate& issuer) {
  MadeCertificate made(spec);
  made.sign(spec, &issuer, made.key());
  return made;
}

void MadeCertificate::sign(const CertificateSpec& spec, const MadeCertificate* issuer, EVP_PKEY* with) {
  X509_set_issuer_name(certificate(), X509_get_subject_name(issuer ? issuer->certificate() : certificate()));
  X509_sign(certificate(), with, spec.sha1 ? EVP_sha1() : EVP_sha256());
}

std::string MadeCertificate::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(memory.get(), certificate());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string MadeCertificate::pin() const {
  std::string digest(32, '\0');
  unsigned char* spki = nullptr;
  const int size = i2d_PUBKEY(key(), &spki);
  unsigned digest_size = 0;
  EVP_Digest(spki, static_cast<std::size_t>(size), reinterpret_cast<unsigned char*>(digest.data()),
             &digest_size, EVP_sha256(), nullptr);
  OPENSSL_free(spki);
  return "sha256/" + base64_encode(digest);
}

}  // namespace parley::net::test
