// A plugin that contains the SDK.
#include "../chat.hpp"

extern "C" __attribute__((visibility("default"))) int plugin_chat(const char* url, const char* token) {
  return chat(url, token);
}
