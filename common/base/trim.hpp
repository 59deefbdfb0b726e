#pragma once
#include <string_view>

namespace parley {

/// Without the blanks and tabs around it: the optional white space of header values (RFC 9110 5.6.3).
inline std::string_view trim_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace parley
