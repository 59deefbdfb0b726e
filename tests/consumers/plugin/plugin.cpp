// A plugin that contains the SDK.
#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include "../chat.hpp"

// Exceptions of Boost find their classes in the program, unless the plugin keeps its own to itself.
static bool can_throw() {
#ifdef THROWS
  try {
    boost::asio::ip::make_address("no address");
    return false;
  } catch (const boost::system::system_error& error) {
    return error.code() == boost::asio::error::invalid_argument;
  }
#else
  return true;
#endif
}

extern "C" __attribute__((visibility("default"))) int plugin_chat(const char* url, const char* token) {
  return can_throw() ? chat(url, token) : 1;
}
