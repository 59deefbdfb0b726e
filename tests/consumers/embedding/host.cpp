// Loads a plugin: host PLUGIN URL TOKEN. It uses another version of Asio and exports all of it.
#include <dlfcn.h>

#include <future>
#include <iostream>

#include "other_asio.hpp"

int main(int count, char** arguments) {
  if (count != 4) return 2;
  void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (!plugin) {
    std::cerr << dlerror() << std::endl;
    return 1;
  }
  const auto chat = reinterpret_cast<int (*)(const char*, const char*)>(dlsym(plugin, "plugin_chat"));
  if (!chat) {
    std::cerr << dlerror() << std::endl;
    return 1;
  }
  auto fired = std::async(std::launch::async, run_other_asio);
  const int outcome = chat(arguments[2], arguments[3]);
  return outcome == 0 && fired.get() == 100 ? 0 : 1;
}
