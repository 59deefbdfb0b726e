#pragma once
#include <filesystem>
#include <string>

namespace parley {

/// Paths are UTF-8 in the interface, on every system.
inline std::filesystem::path to_path(const std::string& text) {
  return {std::u8string(reinterpret_cast<const char8_t*>(text.data()), text.size())};
}

inline std::string to_utf8(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

}  // namespace parley
