#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace parley::layers {

struct Violation {
  std::string file;  ///< from the root
  int line = 0;
  std::string what;

  bool operator==(const Violation&) const = default;
};

struct Report {
  std::size_t files = 0;
  std::size_t includes = 0;
  std::vector<Violation> violations;
};

/// Reads every #include of the house below `root` against table.hpp.
Report check(const std::filesystem::path& root);

}  // namespace parley::layers
