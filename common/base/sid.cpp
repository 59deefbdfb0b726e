#include "common/base/sid.hpp"

#include <algorithm>
#include <cstdio>

#include "common/base/random.hpp"

namespace parley {
namespace {

constexpr std::size_t kDigits = 32;
constexpr std::size_t kTimeDigits = 12;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

bool is_sid(std::string_view text, std::string_view prefix) {
  return text.size() == prefix.size() + kDigits && text.starts_with(prefix) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(prefix.size()), text.end(), is_lower_hex);
}

std::string make_sid(std::string_view prefix, Random& random) {
  return std::string(prefix) + random_hex(random, kDigits / 2);
}

std::string make_sid_at(std::string_view prefix, std::int64_t millis, Random& random) {
  char time[kTimeDigits + 1];
  std::snprintf(time, sizeof time, "%012llx", static_cast<unsigned long long>(millis) & 0xffff'ffff'ffff);
  return std::string(prefix).append(time, kTimeDigits) + random_hex(random, (kDigits - kTimeDigits) / 2);
}

}  // namespace parley
