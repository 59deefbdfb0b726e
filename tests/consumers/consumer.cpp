// A program of somebody else: consumer URL TOKEN. An installed libparley and its headers are of one version.
#include <iostream>
#include <parley/version.hpp>

#include "chat.hpp"

static_assert(PARLEY_VERSION >= PARLEY_MAKE_VERSION(0, 1, 0));

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: consumer URL TOKEN" << std::endl;
    return 2;
  }
  std::cout << "parley " << parley::kVersion << std::endl;
  return chat(arguments[1], arguments[2]);
}
