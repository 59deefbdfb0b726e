// The SDK beside another user of Asio: beside_... URL TOKEN.
#include <future>
#include <iostream>

#include "../chat.hpp"
#include "other_asio.hpp"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  auto fired = std::async(std::launch::async, run_other_asio);
  const int outcome = chat(arguments[1], arguments[2]);
  if (fired.get() != 100) {
    std::cerr << "the other user's timers did not fire" << std::endl;
    return 1;
  }
  return outcome;
}
