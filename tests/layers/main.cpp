#include <iostream>

#include "tests/layers/layers.hpp"

// layers ROOT: prints file:line of every include that the table forbids; 1 if there is one.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: layers ROOT" << std::endl;
    return 2;
  }
  const auto report = parley::layers::check(argv[1]);
  for (const auto& violation : report.violations)
    std::cout << violation.file << ":" << violation.line << ": " << violation.what << "\n";
  std::cout << "layers: " << report.files << " files, " << report.includes << " includes, "
            << report.violations.size() << " violations" << std::endl;
  return report.violations.empty() && report.files > 0 ? 0 : 1;
}
