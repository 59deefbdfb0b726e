#include "common/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace parley {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> make_reverse_table() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < kBase64Url.size(); ++i)
    table[static_cast<std::uint8_t>(kBase64Url[i])] = static_cast<std::int8_t>(i);
  return table;
}
constexpr auto kReverse = make_reverse_table();

// Two characters at a time: half the steps of the encoder.
constexpr std::array<std::array<char, 2>, 4096> make_pair_table() {
  std::array<std::array<char, 2>, 4096> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = {kBase64Url[i >> 6], kBase64Url[i & 63]};
  return table;
}
constexpr auto kBase64UrlPairs = make_pair_table();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

Error bad_base64() { return {.code = Errc::invalid_argument, .message = "not base64url"}; }

}  // namespace

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex_encode(std::span<const std::uint8_t> bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (auto byte : bytes) {
    *to++ = kHex[byte >> 4];
    *to++ = kHex[byte & 15];
  }
  return out;
}

char* base64url_encode_to(char* out, std::string_view bytes) {
  const auto in = as_bytes(bytes);
  std::size_t i = 0;
  for (; i + 3 <= in.size(); i += 3, out += 4) {
    const std::uint32_t bits = std::uint32_t{in[i]} << 16 | std::uint32_t{in[i + 1]} << 8 | in[i + 2];
    std::memcpy(out, kBase64UrlPairs[bits >> 12].data(), 2);
    std::memcpy(out + 2, kBase64UrlPairs[bits & 4095].data(), 2);
  }
  if (i == in.size()) return out;
  const bool two_left = in.size() - i == 2;
  const std::uint32_t bits = std::uint32_t{in[i]} << 16 | (two_left ? std::uint32_t{in[i + 1]} << 8 : 0);
  *out++ = kBase64Url[bits >> 18];
  *out++ = kBase64Url[bits >> 12 & 63];
  if (two_left) *out++ = kBase64Url[bits >> 6 & 63];
  return out;
}

std::string base64url_encode(std::string_view bytes) {
  std::string out(base64url_size(bytes.size()), '\0');
  base64url_encode_to(out.data(), bytes);
  return out;
}

std::string base64_encode(std::string_view bytes) {
  std::string out = base64url_encode(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

Result<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return bad_base64();
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (auto byte : as_bytes(text)) {
    const int value = kReverse[byte];
    if (value < 0) return bad_base64();
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) out += static_cast<char>(bits >> (count -= 8) & 255);
  }
  if ((bits & ((1u << count) - 1)) != 0) return bad_base64();
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out += '%';
    out += kUpperHex[byte >> 4];
    out += kUpperHex[byte & 15];
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  if (text.find('%') == text.npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) return Error{.code = Errc::invalid_argument, .message = "bad percent-encoding"};
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

}  // namespace parley
