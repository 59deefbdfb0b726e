// Loads a plugin: host PLUGIN URL TOKEN. It uses another version of Asio and exports all of it.
#include <dlfcn.h>

#include <boost/version.hpp>

#include <future>
#include <iostream>

#include "../embedding/other_asio.hpp"

static_assert(BOOST_VERSION / 100 == 1074, "the point of this program is another Boost than the SDK's");

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
