#include "common/base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "common/base/encoding.hpp"

namespace parley {
namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

void require(int result, const char* what) {
  if (result != 1) throw std::runtime_error(std::string(what) + " failed");
}

const char* name_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha384:
      return "SHA384";
    case HashAlgorithm::sha512:
      return "SHA512";
    case HashAlgorithm::sha256:
      break;
  }
  return "SHA256";
}

const EVP_MD* fetch(HashAlgorithm algorithm) {
  const EVP_MD* digest = EVP_MD_fetch(nullptr, name_of(algorithm), nullptr);
  if (!digest) throw std::runtime_error(std::string(name_of(algorithm)) + " is not available");
  return digest;
}

// EVP_sha256() is looked up by name, under a lock, at each use; these are found once and live for ever.
const EVP_MD* digest(HashAlgorithm algorithm) {
  static const std::array digests{fetch(HashAlgorithm::sha256), fetch(HashAlgorithm::sha384),
                                  fetch(HashAlgorithm::sha512)};
  return digests[static_cast<std::size_t>(algorithm)];
}

DigestContext make_context() {
  DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context) throw std::bad_alloc();
  return context;
}

// Making one costs more than hashing a short text.
EVP_MD_CTX* scratch() {
  thread_local const DigestContext context = make_context();
  return context.get();
}

using Block = std::array<std::uint8_t, EVP_MAX_MD_SIZE * 2>;  // the longest: that of SHA-512

// The state of a digest that has read the key, each byte changed by `mask`.
DigestContext after_key(const EVP_MD* digest, Block block, std::uint8_t mask) {
  for (auto& byte : block) byte ^= mask;
  auto context = make_context();
  require(EVP_DigestInit_ex2(context.get(), digest, nullptr), "HMAC");
  require(
      EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(EVP_MD_get_block_size(digest))),
      "HMAC");
  OPENSSL_cleanse(block.data(), block.size());
  return context;
}

// A key longer than a block counts as its digest.
Block key_block(const EVP_MD* digest, std::string_view key) {
  Block block{};
  if (key.size() <= static_cast<std::size_t>(EVP_MD_get_block_size(digest)))
    std::copy(key.begin(), key.end(), block.begin());
  else
    require(EVP_Digest(key.data(), key.size(), block.data(), nullptr, digest, nullptr), "HMAC");
  return block;
}

void finish(const EVP_MD_CTX* state, std::span<const std::uint8_t> data, std::uint8_t* out) {
  EVP_MD_CTX* context = scratch();
  require(EVP_MD_CTX_copy_ex(context, state), "HMAC");
  require(EVP_DigestUpdate(context, data.data(), data.size()), "HMAC");
  require(EVP_DigestFinal_ex(context, out, nullptr), "HMAC");
}

}  // namespace

// RFC 2104 on two digests that have read the key already. OpenSSL's own HMAC reads it again for each text.
struct HmacKey::Prepared {
  Prepared(const EVP_MD* digest, Block block)
      : size(static_cast<std::size_t>(EVP_MD_get_size(digest))),
        inner(after_key(digest, block, 0x36)),
        outer(after_key(digest, block, 0x5c)) {
    OPENSSL_cleanse(block.data(), block.size());
  }

  std::size_t size;
  DigestContext inner, outer;
};

HmacKey::HmacKey(HashAlgorithm algorithm, std::string_view key)
    : prepared_(std::make_shared<Prepared>(digest(algorithm), key_block(digest(algorithm), key))) {}

std::size_t HmacKey::size() const { return prepared_->size; }

void HmacKey::sign(std::string_view data, std::span<std::uint8_t> out) const {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> inner;
  finish(prepared_->inner.get(), as_bytes(data), inner.data());
  finish(prepared_->outer.get(), std::span(inner).first(size()), out.data());
}

std::string HmacKey::sign(std::string_view data) const {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out;
  sign(data, out);
  return {reinterpret_cast<const char*>(out.data()), size()};
}

std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view data) {
  return HmacKey(algorithm, key).sign(data);
}

std::string sha256(std::string_view data) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out;
  unsigned int length = 0;
  EVP_MD_CTX* context = scratch();
  require(EVP_DigestInit_ex2(context, digest(HashAlgorithm::sha256), nullptr), "SHA-256");
  require(EVP_DigestUpdate(context, data.data(), data.size()), "SHA-256");
  require(EVP_DigestFinal_ex(context, out.data(), &length), "SHA-256");
  return {reinterpret_cast<const char*>(out.data()), length};
}

Result<std::string> scrypt(std::string_view password, std::string_view salt, ScryptCost cost,
                           std::size_t bytes) {
  const auto possible = [](unsigned value, unsigned most) { return value >= 1 && value <= most; };
  if (!possible(cost.log2_n, 24) || !possible(cost.r, 1024) || !possible(cost.p, 1024))
    return Error{.code = Errc::invalid_argument, .message = "scrypt: expected a cost that is possible"};
  const std::uint64_t n = std::uint64_t{1} << cost.log2_n;
  // OpenSSL refuses more than 32 MiB unless it is told; what it needs is this and some blocks.
  const std::uint64_t memory = 128 * cost.r * (n + cost.p + 2);
  std::string out(bytes, '\0');
  if (EVP_PBE_scrypt(password.data(), password.size(), as_bytes(salt).data(), salt.size(), n, cost.r, cost.p,
                     memory, reinterpret_cast<unsigned char*>(out.data()), bytes) != 1)
    return Error{.code = Errc::server_error, .message = "scrypt: there is no memory for it"};
  return out;
}

std::string sha256_hex(std::string_view data) { return hex_encode(as_bytes(sha256(data))); }

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace parley
