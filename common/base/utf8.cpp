#include "common/base/utf8.hpp"

#include <cstdint>

#include "common/base/encoding.hpp"

namespace parley {
namespace {

struct Lead {
  int trailing;            // continuation bytes that must follow; -1: not a lead byte
  std::uint8_t low, high;  // range of the first continuation byte (Unicode table 3-7)
};

Lead classify(std::uint8_t byte) {
  if (byte < 0x80) return {0, 0, 0};
  if (byte < 0xc2) return {-1, 0, 0};
  if (byte < 0xe0) return {1, 0x80, 0xbf};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte < 0xf0) return {2, 0x80, 0xbf};
  if (byte == 0xf0) return {3, 0x90, 0xbf};
  if (byte < 0xf4) return {3, 0x80, 0xbf};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  return {-1, 0, 0};
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto bytes = as_bytes(text);
  const Lead lead = classify(bytes[0]);
  const CodePoint bad{bytes[0], 1, false};
  if (lead.trailing == 0) return {bytes[0], 1, true};
  const auto size = static_cast<std::size_t>(lead.trailing) + 1;
  if (lead.trailing < 0 || bytes.size() < size) return bad;
  if (bytes[1] < lead.low || bytes[1] > lead.high) return bad;
  char32_t value = bytes[0] & (0x7f >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((bytes[i] & 0xc0) != 0x80) return bad;
    value = value << 6 | (bytes[i] & 0x3f);
  }
  return {value, size, true};
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = first_code_point(text);
    if (!first.valid) return false;
    text.remove_prefix(first.bytes);
  }
  return true;
}

}  // namespace parley
