#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <list>

#include "tests/integration/chat_service/program_fixture.hpp"

/// What the program does when there are more connections than it may or can serve.
namespace parley::support {
namespace {

using boost::asio::ip::tcp;
using ::testing::HasSubstr;

class ChatProgramLimits : public ChatProgram {
 protected:
  /// Opens connections that make one request and stay.
  void connect(const net::Url& url, int count) {
    for (int i = 0; i < count; ++i) {
      auto& connection = connections_.emplace_back(io_);
      connection.connect({boost::asio::ip::make_address(url.host), url.port});
      boost::system::error_code may_be_closed;
      connection.send(boost::asio::buffer(std::string_view("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")), 0,
                      may_be_closed);
    }
  }
  /// How many of them the program has closed by now: a closed one has an end to be read.
  std::size_t closed() {
    std::size_t count = 0;
    for (auto& connection : connections_) {
      boost::system::error_code error;
      connection.non_blocking(true);
      char byte;
      connection.receive(boost::asio::buffer(&byte, 1), 0, error);
      if (error && error != boost::asio::error::would_block) ++count;
    }
    return count;
  }
  void await_closed(std::size_t count) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (closed() < count && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    EXPECT_EQ(closed(), count);
  }
  std::string ask_admin_socket(std::string_view line) {
    boost::asio::local::stream_protocol::socket socket(io_);
    socket.connect({folder() + "/chat.db-admin"});
    boost::asio::write(socket, boost::asio::buffer(line));
    std::string answer;
    boost::asio::read_until(socket, boost::asio::dynamic_buffer(answer), '\n');
    return answer;
  }
  static std::size_t count_of(std::string_view text, std::string_view in) {
    std::size_t count = 0;
    for (auto at = in.find(text); at != in.npos; at = in.find(text, at + 1)) ++count;
    return count;
  }

  boost::asio::io_context io_;
  std::list<tcp::socket> connections_;
};

TEST_F(ChatProgramLimits, ConnectionsBeyondTheLimitOfAnAddressAreCountedAndSummedUp) {
  config_["chat_service"]["limits"] = {{"connections_per_address", 2}};
  config_["chat_service"]["metrics_listen"] = "127.0.0.1:0";
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  const auto metrics = url_in(running.read_line().value_or("nothing"), "chat_service metrics on ");
  connect(url, 17);
  await_closed(15);
  EXPECT_THAT(
      ask(metrics, "/metrics").body,
      HasSubstr("chat_service_connections_closed_by_limit_total{limit=\"connections_per_address\"} 15\n"));
  running.signal(SIGTERM);
  EXPECT_EQ(running.exit_code(), 0);
  const auto log = running.error_output();
  EXPECT_EQ(
      count_of(R"("event":"connection_refused","limit":"connections_per_address","address":"127.0.0.1"})",
               log),
      10u)
      << log;
  EXPECT_THAT(log, HasSubstr(R"("event":"refusals","what":"connection connections_per_address",)"
                             R"("address":"127.0.0.1","count":5})"));
}

TEST_F(ChatProgramLimits, FewerDescriptorsThanConnectionsAreSaidAndLeaveRoomForOperators) {
  config_["chat_service"]["metrics_listen"] = "127.0.0.1:0";
  auto command = with_config();
  command.insert(command.begin(), {"/bin/sh", "-c", "ulimit -n 140; exec \"$0\" \"$@\""});
  ChildProcess running(command);
  const auto url = ready_url(running);
  const auto metrics = url_in(running.read_line().value_or("nothing"), "chat_service metrics on ");
  EXPECT_THAT(running.read_error_line().value_or("nothing"),
              HasSubstr("limits.max_connections is 20000, but this process may open 140 files: it serves 12 "
                        "connections at most."));
  connect(url, 20);
  await_closed(8);
  EXPECT_EQ(ask(metrics, "/readyz").status, 200);
  EXPECT_THAT(ask(metrics, "/metrics").body,
              HasSubstr("chat_service_connections_closed_by_limit_total{limit=\"connections\"} 8\n"));
  EXPECT_NE(ask_admin_socket("nonsense\n"), "");
  running.signal(SIGTERM);
  EXPECT_EQ(running.exit_code(), 0);
}

}  // namespace
}  // namespace parley::support
