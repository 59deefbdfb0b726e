#pragma once
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

/// The texts of which the inputs of the connected client's fuzz target are made.
namespace parley::fuzz {

/// What must hold whatever a service sends.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// A line as words with single spaces between them.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// The next one; "" at the end.
  std::string_view word() {
    const auto word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(std::min(word.size() + 1, rest_.size()));
    return word;
  }
  /// The next one as a number; `otherwise` if it is none.
  std::int64_t number(std::int64_t otherwise = 0) { return to_number(word(), otherwise); }
  std::int64_t number(std::int64_t otherwise, std::int64_t least, std::int64_t most) {
    return std::clamp(number(otherwise), least, most);
  }
  std::string_view rest() const { return rest_; }

  static std::int64_t to_number(std::string_view text, std::int64_t otherwise) {
    std::int64_t number = otherwise;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? number : otherwise;
  }

 private:
  std::string_view rest_;
};

/// Bytes that a line cannot hold are written as \r, \n, \\ and \xHH.
inline std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 1;
    char c = text.front();
    if (c == '\\' && text.size() > 1) {
      taken = 2;
      c = text[1];
      if (c == 'r') c = '\r';
      if (c == 'n') c = '\n';
      if (c == 'x' && text.size() >= 4) {
        unsigned byte = 0;
        std::from_chars(text.data() + 2, text.data() + 4, byte, 16);
        c = static_cast<char>(byte);
        taken = 4;
      }
    }
    out += c;
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace parley::fuzz
