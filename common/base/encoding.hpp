#pragma once
#include <cstddef>
#include <cstdint>
#include <parley/error.hpp>
#include <span>
#include <string>
#include <string_view>

namespace parley {

std::span<const std::uint8_t> as_bytes(std::string_view text);

std::string hex_encode(std::span<const std::uint8_t> bytes);

/// RFC 4648 §5 without padding, as JWT uses it.
std::string base64url_encode(std::string_view bytes);
/// Characters that so many bytes become.
constexpr std::size_t base64url_size(std::size_t bytes) { return (bytes * 4 + 2) / 3; }
/// Writes base64url_size(bytes.size()) characters and returns their end. The bytes may lie in the place that
/// is written if they end at or behind its end: what is written never overtakes what is read.
char* base64url_encode_to(char* out, std::string_view bytes);
/// Strict: no padding, no white space, no other alphabet, no stray bits in the last character.
Result<std::string> base64url_decode(std::string_view text);

/// RFC 4648 §4 with padding, as HTTP uses it.
std::string base64_encode(std::string_view bytes);

/// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
/// Fails on a '%' that two hex digits do not follow. '+' stays '+'.
Result<std::string> percent_decode(std::string_view text);

}  // namespace parley
