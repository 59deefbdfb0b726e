#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/connected_client/script.hpp"

// A client is connected, and hears whatever the input makes the service, the network, the token source and
// the disk say, while its user does something. It stands, keeps its promises, and every operation ends once.
//
// Of an input that ends within a line that line is not played; what is left of it was often just played.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::string last;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view lines = input.substr(0, input.rfind('\n') + 1);
  if (lines != input && lines == last) return 0;
  last = lines;
  parley::fuzz::Script::run(lines);
  return 0;
}
