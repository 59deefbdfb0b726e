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

bool is_valid_utf8(std::string_view text) {
  const auto bytes = as_bytes(text);
  for (std::size_t i = 0; i < bytes.size();) {
    const Lead lead = classify(bytes[i++]);
    if (lead.trailing < 0 || bytes.size() - i < static_cast<std::size_t>(lead.trailing)) return false;
    if (lead.trailing == 0) continue;
    if (bytes[i] < lead.low || bytes[i] > lead.high) return false;
    for (int k = 1; k < lead.trailing; ++k)
      if ((bytes[i + static_cast<std::size_t>(k)] & 0xc0) != 0x80) return false;
    i += static_cast<std::size_t>(lead.trailing);
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  const auto bytes = as_bytes(text);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] < 0x20 || bytes[i] == 0x7f) return true;
    const bool c1 = bytes[i] == 0xc2 && i + 1 < bytes.size() && bytes[i + 1] < 0xa0;
    if (c1) return true;
  }
  return false;
}

}  // namespace parley
