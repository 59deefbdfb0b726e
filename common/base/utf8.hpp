#pragma once
#include <cstddef>
#include <string_view>

namespace parley {

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);

struct CodePoint {
  char32_t value;     ///< of one that is not valid: its first byte
  std::size_t bytes;  ///< 1 to 4; 1 where it is not valid
  bool valid;
};
/// The code point at the beginning of a text that is not empty.
CodePoint first_code_point(std::string_view text);

}  // namespace parley
