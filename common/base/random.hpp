#pragma once
#include <string>

#include <parley/seams.hpp>
#include <parley/testing/seeded_random.hpp>

namespace parley {

/// Unpredictable bytes from the operating system (OpenSSL's generator). Fit for secrets.
class SecureRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

/// `bytes` random bytes in lower-case hex.
std::string random_hex(Random& random, std::size_t bytes);

/// A random UUID (version 4) with dashes.
std::string random_uuid(Random& random);

}  // namespace parley
