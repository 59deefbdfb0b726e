#pragma once
#include <parley/seams.hpp>
#include <random>
#include <string>

namespace parley {

/// Unpredictable bytes from the operating system (OpenSSL's generator). Fit for secrets.
class SecureRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

/// The same bytes for the same seed: simulations and tests. Never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;
  /// Uniform in [0, bound).
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }

 private:
  std::mt19937_64 engine_;
};

/// `bytes` random bytes in lower-case hex.
std::string random_hex(Random& random, std::size_t bytes);

/// A random UUID (version 4) with dashes.
std::string random_uuid(Random& random);

}  // namespace parley
