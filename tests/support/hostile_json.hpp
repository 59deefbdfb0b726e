#pragma once
#include <functional>
#include <string>

/// Texts of one size that cost a careless reader most.
namespace parley::testing {

inline std::string repeated(std::string_view open, std::size_t bytes, std::string_view close,
                            const std::function<std::string(std::size_t)>& part) {
  std::string text(open);
  for (std::size_t i = 0; text.size() + 32 < bytes; ++i) (text += i == 0 ? "" : ",") += part(i);
  return text.append(close);
}

/// `{"0":0,"1":0,...}`: a search for each member among all.
inline std::string distinct_members(std::size_t bytes) {
  return repeated("{", bytes, "}", [](std::size_t i) { return "\"" + std::to_string(i) + "\":0"; });
}
/// Long names that differ at their end only.
inline std::string similar_members(std::size_t bytes) {
  return repeated("{", bytes, "}",
                  [](std::size_t i) { return "\"" + std::string(40, 'x') + std::to_string(i) + "\":0"; });
}
inline std::string many_elements(std::size_t bytes) {
  return repeated("[", bytes, "]", [](std::size_t) { return "\"\""; });
}
inline std::string many_objects(std::size_t bytes) {
  return repeated("[", bytes, "]", [](std::size_t) { return "{}"; });
}
/// As deep as is taken, again and again.
inline std::string many_depths(std::size_t bytes) {
  return repeated("[", bytes, "]", [](std::size_t) { return std::string(60, '[') + std::string(60, ']'); });
}
/// One string with an escaped quote in every word: without any it would be read with wide instructions,
/// beside which every other text is dear.
inline std::string plain_text(std::size_t bytes) {
  std::string text(bytes, 'x');
  text.front() = text.back() = '"';
  for (std::size_t at = 8; at + 2 < bytes; at += 8) text.replace(at, 2, "\\\"");
  return text;
}

/// As the value of a member.
inline std::string object_with(std::string_view name, const std::string& value) {
  return "{\"" + std::string(name) + "\":" + value + "}";
}

}  // namespace parley::testing
