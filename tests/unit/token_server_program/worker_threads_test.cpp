#include "token_server/program/worker_threads.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>

namespace parley::token_server {
namespace {

TEST(WorkerThreads, TellWhatEndedOne) {
  WorkerThreads threads(3);
  std::promise<std::string> told;
  threads.start([&](const std::string& what) { told.set_value(what); });
  boost::asio::post(threads.executors()[1], [] { throw std::runtime_error("it broke"); });
  EXPECT_EQ(told.get_future().get(), "it broke");
  std::promise<void> ran;
  boost::asio::post(threads.executors()[2], [&] { ran.set_value(); });
  ran.get_future().wait();  // the others go on until they are told to end
  threads.finish();
}

}  // namespace
}  // namespace parley::token_server
