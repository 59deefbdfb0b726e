#include "common/base/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

#include "common/base/encoding.hpp"

namespace parley {

void SecureRandom::fill(std::span<std::uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the operating system gave no random bytes");
}

std::string random_hex(Random& random, std::size_t bytes) {
  std::vector<std::uint8_t> buffer(bytes);
  random.fill(buffer);
  return hex_encode(buffer);
}

std::string random_uuid(Random& random) {
  std::uint8_t bytes[16];
  random.fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  const std::string digits = hex_encode(bytes);
  std::string uuid;
  uuid.reserve(36);  // exactly: very many may be kept
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) uuid += '-';
    uuid += digits[i];
  }
  return uuid;
}

}  // namespace parley
