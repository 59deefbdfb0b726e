#include "chat_sdk/src/io/executors.hpp"

#include <boost/asio/io_context.hpp>

#include <parley/runtime.hpp>

namespace parley::detail {

#ifdef PARLEY_BUILDING_SHARED
namespace {

// Its thread runs as long as the process does.
const Runtime& shared_runtime() {
  static const Runtime& shared = *new Runtime;
  return shared;
}

}  // namespace

boost::asio::any_io_executor io_executor(const boost::asio::any_io_executor& user) {
  return user ? shared_runtime().executor() : user;
}

bool is_io_thread() {
  const auto executor = shared_runtime().executor();
  return executor.target<boost::asio::io_context::executor_type>()->running_in_this_thread();
}
#else
boost::asio::any_io_executor io_executor(const boost::asio::any_io_executor& user) { return user; }

bool is_io_thread() { return false; }
#endif

}  // namespace parley::detail
