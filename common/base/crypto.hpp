#pragma once
#include <string>
#include <string_view>

namespace parley {

enum class HashAlgorithm { sha256, sha384, sha512 };

/// Raw bytes of HMAC(key, data).
std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view data);

/// Raw bytes of SHA-256(data).
std::string sha256(std::string_view data);

/// Takes the same time wherever the inputs differ; only their lengths may leak.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace parley
