#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>
#include <vector>

#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::seconds;
using testing::EndsWith;

/// A server on a thread of its own, which says its name.
class Worker {
 public:
  explicit Worker(std::string name, HttpServerOptions options = {})
      : server_(io_.get_executor(), with_address(std::move(options)),
                [this, name](const http::Request& request, const std::string&, HttpReply reply) {
                  if (request.path == "/block") {
                    blocked_.set_value(name);
                    unblock_.get_future().wait();
                  }
                  http::Response response;
                  response.body = name;
                  reply(std::move(response));
                }) {}
  ~Worker() {
    if (thread_.joinable()) stop();
  }

  HttpServer& server() { return server_; }
  void run() {
    thread_ = std::thread([this] { io_.run(); });
  }
  /// Returns when nothing is left.
  void stop() {
    boost::asio::post(io_, [this] { server_.stop(seconds(60), [this] { work_.reset(); }); });
    thread_.join();
  }
  std::future<std::string> blocked() { return blocked_.get_future(); }
  void unblock() { unblock_.set_value(); }

 private:
  static HttpServerOptions with_address(HttpServerOptions options) {
    options.listen = {.host = "127.0.0.1"};
    return options;
  }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::promise<std::string> blocked_;
  std::promise<void> unblock_;
  HttpServer server_;
  std::thread thread_;
};

/// One request on a connection of its own; blocks. "" if there was no answer.
std::string ask(const ListenAddress& address, const std::string& path = "/") {
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::make_address(address.host), address.port}, error);
  const auto request = "GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  if (!error) boost::asio::write(socket, boost::asio::buffer(request), error);
  std::string answer;
  if (!error) boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
  return answer;
}

class HttpServerBesideTest : public testing::Test {
 protected:
  void start_both(HttpServerOptions options = {}) {
    for (const char* name : {"one", "two"}) workers_.push_back(std::make_unique<Worker>(name, options));
    const auto address = workers_[0]->server().start();
    ASSERT_TRUE(address) << address.error().message;
    address_ = *address;
    const auto beside = workers_[1]->server().start_beside(workers_[0]->server());
    ASSERT_TRUE(beside) << beside.error().message;
    for (const auto& worker : workers_) worker->run();
  }
  std::vector<std::unique_ptr<Worker>> workers_;
  ListenAddress address_;
};

TEST_F(HttpServerBesideTest, EachServesWhileTheOtherIsBusy) {
  start_both();
  std::future<std::string> blocked[] = {workers_[0]->blocked(), workers_[1]->blocked()};
  auto held = std::async(std::launch::async, [this] { return ask(address_, "/block"); });
  std::size_t busy = 2;
  while (busy == 2)
    for (std::size_t i : {0, 1})
      if (blocked[i].wait_for(std::chrono::milliseconds(1)) == std::future_status::ready) busy = i;
  const std::string other = busy == 0 ? "two" : "one";
  for (int i = 0; i < 3; ++i) EXPECT_THAT(ask(address_), EndsWith("\r\n\r\n" + other));
  auto held_too = std::async(std::launch::async, [this] { return ask(address_, "/block"); });
  EXPECT_EQ(blocked[1 - busy].get(), other);
  workers_[busy]->unblock();
  EXPECT_THAT(held.get(), EndsWith("\r\n\r\n" + blocked[busy].get()));
  EXPECT_THAT(ask(address_), testing::Not(EndsWith(other)));
  workers_[1 - busy]->unblock();
  EXPECT_THAT(held_too.get(), EndsWith("\r\n\r\n" + other));
}

/// Which of the two stops first.
class HttpServerBesideStopTest : public HttpServerBesideTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Either, HttpServerBesideStopTest, testing::Values(0, 1));

TEST_P(HttpServerBesideStopTest, LosesNoConnectionWhenOneStops) {
  start_both();
  std::atomic<int> asked = 0, lost = 0;
  std::atomic<bool> enough = false;
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i)
    clients.emplace_back([&] {
      for (; !enough; ++asked)
        if (!ask(address_).starts_with("HTTP/1.1 200")) ++lost;
    });
  const auto ask_more = [&] {
    for (const int until = asked + 100; asked < until;) std::this_thread::yield();
  };
  ask_more();
  workers_[GetParam()]->stop();
  ask_more();
  enough = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(lost, 0);
  EXPECT_THAT(ask(address_), EndsWith(GetParam() == 0 ? "two" : "one"));
}

TEST_F(HttpServerBesideTest, CountsConnectionsTogether) {
  start_both({.max_connections_per_address = 1});
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address(address_.host), address_.port});
  // Answered, so accepted.
  boost::asio::write(socket, boost::asio::buffer(std::string("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::string answer(1, ' ');
  boost::asio::read(socket, boost::asio::buffer(answer));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(address_), "") << "whoever takes it";
  EXPECT_EQ(workers_[0]->server().connections() + workers_[1]->server().connections(), 1u);
}

TEST_F(HttpServerBesideTest, NeedsAFirstThatListens) {
  Worker first("one"), second("two");
  const auto beside = second.server().start_beside(first.server());
  ASSERT_FALSE(beside);
  EXPECT_EQ(beside.error().code, Errc::invalid_config);
}

}  // namespace
}  // namespace parley::net::test
