#include "chat_sdk/src/io/executors.hpp"

#include <parley/runtime.hpp>

namespace parley::detail {

boost::asio::any_io_executor io_executor(const boost::asio::any_io_executor& user) {
#ifdef PARLEY_BUILDING_SHARED
  static const Runtime& shared = *new Runtime;  // its thread runs as long as the process does
  return user ? shared.executor() : user;
#else
  return user;
#endif
}

}  // namespace parley::detail
