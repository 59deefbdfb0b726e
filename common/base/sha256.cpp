#include "common/base/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <stdexcept>

#include "common/base/encoding.hpp"

namespace parley {
namespace {

void require(int result) {
  if (result != 1) throw std::runtime_error("SHA-256 failed");
}

}  // namespace

struct Sha256::Context {
  Context() : handle(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!handle) throw std::bad_alloc();
    require(EVP_DigestInit_ex(handle.get(), EVP_sha256(), nullptr));
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> handle;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  require(EVP_DigestUpdate(context_->handle.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish_hex() {
  std::array<std::uint8_t, 32> digest{};
  require(EVP_DigestFinal_ex(context_->handle.get(), digest.data(), nullptr));
  return hex_encode(digest);
}

}  // namespace parley
