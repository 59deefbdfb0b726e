#include "common/config/problems.hpp"

namespace parley::config {

std::string describe(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) text += "  " + problem.key + ": " + problem.what + "\n";
  return text;
}

std::string join_path(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key) : std::string(parent) + "." + std::string(key);
}

}  // namespace parley::config
