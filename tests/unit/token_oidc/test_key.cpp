#include "tests/unit/token_oidc/test_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "common/base/encoding.hpp"

namespace parley::token_server::test {
namespace {

std::string bytes_of(const BIGNUM* number, std::size_t size) {
  std::string bytes(size ? size : static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace

TestKey TestKey::rsa(unsigned bits) { return TestKey(EVP_RSA_gen(bits)); }
TestKey TestKey::ec(const char* curve) { return TestKey(EVP_EC_gen(curve)); }

bool TestKey::is_rsa() const { return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA; }

std::string TestKey::number(const char* name, std::size_t size) const {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key_.get(), name, &number);
  const auto text = base64url_encode(bytes_of(number, size));
  BN_free(number);
  return text;
}

std::string TestKey::numbers() const {
  if (is_rsa())
    return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E) + "\"";
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8;
  return R"("kty":"EC","crv":"P-)" + std::to_string(EVP_PKEY_get_bits(key_.get())) + R"(","x":")" +
         number(OSSL_PKEY_PARAM_EC_PUB_X, size) + R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, size) +
         "\"";
}

std::string TestKey::jwk(std::string_view kid) const {
  return "{" + numbers() + R"(,"use":"sig","kid":")" + std::string(kid) + "\"}";
}

std::string TestKey::public_pem() const {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(out, key_.get());
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(out);
  return text;
}

std::string TestKey::public_der() const {
  unsigned char* data = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &data);
  std::string text(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return text;
}

std::string TestKey::sign_der(std::string_view text, const EVP_MD* digest) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data, text.size());
  signature.resize(size);
  return signature;
}

std::string TestKey::sign(std::string_view text) const {
  const auto der = sign_der(text);
  if (is_rsa()) return der;
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
      d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())), &ECDSA_SIG_free);
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8;
  return bytes_of(ECDSA_SIG_get0_r(pair.get()), size) + bytes_of(ECDSA_SIG_get0_s(pair.get()), size);
}

std::string signing_input(std::string_view header, std::string_view payload) {
  return base64url_encode(header) + "." + base64url_encode(payload);
}

std::string make_token(const TestKey& key, std::string_view header, std::string_view payload) {
  const auto input = signing_input(header, payload);
  return input + "." + base64url_encode(key.sign(input));
}

}  // namespace parley::token_server::test
