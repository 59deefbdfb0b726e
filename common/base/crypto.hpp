#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <parley/error.hpp>
#include <span>
#include <string>
#include <string_view>

namespace parley {

enum class HashAlgorithm { sha256, sha384, sha512 };

/// Raw bytes of HMAC(key, data).
std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view data);

/// The longest signature, that of SHA-512.
inline constexpr std::size_t kMostHmacBytes = 64;

/// A key prepared once for many signatures: hmac() spends nearly as long on the key as on a text of a token's
/// length. Any thread may sign, several at once. Copies share what was prepared, which is wiped with the last
/// of them.
class HmacKey {
 public:
  HmacKey(HashAlgorithm algorithm, std::string_view key);

  /// Bytes of a signature: 32, 48 or 64.
  std::size_t size() const;
  /// The same raw bytes as hmac().
  std::string sign(std::string_view data) const;
  /// As above, into the first size() bytes of `out`, which must have as many; no allocation of its own.
  void sign(std::string_view data, std::span<std::uint8_t> out) const;

 private:
  struct Prepared;
  std::shared_ptr<const Prepared> prepared_;
};

/// Raw bytes of SHA-256(data).
std::string sha256(std::string_view data);
/// The same as 64 lower-case hex digits.
std::string sha256_hex(std::string_view data);

/// What one scrypt costs: 128 * r * 2^log2_n bytes of memory, and time in proportion to that times p.
struct ScryptCost {
  unsigned log2_n = 15;
  unsigned r = 8;
  unsigned p = 1;
};

/// `bytes` bytes derived from a password as RFC 7914 says. Slow by intent: some 0.1 s at the default cost.
/// Fails with Errc::invalid_argument if the cost is not possible (log2_n 1 to 24; r and p 1 to 1024), and
/// with Errc::server_error if there is no memory for it.
Result<std::string> scrypt(std::string_view password, std::string_view salt, ScryptCost cost,
                           std::size_t bytes);

/// Takes the same time wherever the inputs differ; only their lengths may leak.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace parley
