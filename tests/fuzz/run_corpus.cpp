#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::uint8_t> read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The file itself, and every beginning of it: what a cut connection leaves. Copied to its exact size, so that
// the address sanitizer sees a read beyond the end.
std::size_t run(const std::vector<std::uint8_t>& whole) {
  std::size_t inputs = 0;
  for (std::size_t size = whole.size() + 1; size-- > 0; ++inputs) {
    const std::vector<std::uint8_t> input(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return inputs;
}

}  // namespace

// run_corpus FOLDER: one fuzz target over its corpus, without a fuzzer. A crash is the failure.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: run_corpus FOLDER" << std::endl;
    return 2;
  }
  std::size_t files = 0;
  std::size_t inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    inputs += run(read(entry.path()));
    ++files;
  }
  std::cout << files << " files, " << inputs << " inputs" << std::endl;
  return files > 0 ? 0 : 1;
}
