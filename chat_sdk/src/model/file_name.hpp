#pragma once
#include <filesystem>
#include <string>

#include <parley/media.hpp>

namespace parley::detail {

/// Paths are UTF-8 in the interface, on every system.
inline std::filesystem::path to_path(const std::string& text) {
  return {std::u8string(reinterpret_cast<const char8_t*>(text.data()), text.size())};
}

/// What others are shown: the name given, or the last part of the path.
inline std::string file_name_of(const NewFile& file) {
  if (!file.filename.empty()) return file.filename;
  const std::u8string name = to_path(file.path).filename().u8string();
  return {reinterpret_cast<const char*>(name.data()), name.size()};
}

}  // namespace parley::detail
