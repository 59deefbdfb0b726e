#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <future>

#include "common/net/src/websocket_handshake.hpp"
#include "tests/unit/net/stream_fixture.hpp"

namespace parley::net::test {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::asio::ip::tcp;
using std::chrono::seconds;
using testing::HasSubstr;

/// Both halves of our WebSocket against an implementation that is not ours: Beast's, on a thread of its own.
class MessageStreamPeerTest : public StreamFixture {
 protected:
  using Stream = websocket::stream<tcp::socket>;

  static std::vector<std::string> texts() {
    std::vector<std::string> texts;
    for (const std::size_t size : {0, 1, 125, 126, 127, 1000, 65535, 65536, 500'000})
      texts.push_back(std::string(size, static_cast<char>('a' + texts.size())));
    return texts;
  }

  /// A server that takes one connection, on a thread of its own, and says its address.
  template <class Talk>
  Url serve(Talk talk) {
    acceptor_.emplace(theirs_, tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
    peer_ = std::async(std::launch::async, [this, talk] { talk(acceptor_->accept()); });
    return {.scheme = "ws",
            .host = "127.0.0.1",
            .port = acceptor_->local_endpoint().port(),
            .target = "/chat?x=1"};
  }
  template <class Talk>
  Url serve_websocket(Talk talk) {
    return serve([talk](tcp::socket socket) {
      Stream stream(std::move(socket));
      stream.accept();
      stream.binary(true);
      talk(stream);
    });
  }
  /// A server that gives this answer and closes.
  Url serve_answer(const std::string& answer) {
    return serve([answer](tcp::socket socket) {
      std::array<char, 4096> request;
      static_cast<void>(socket.read_some(boost::asio::buffer(request)));
      boost::asio::write(socket, boost::asio::buffer(answer));
    });
  }

  void dial_to(const Url& url) {
    auto stream = dial({.url = url, .max_message_bytes = 1'000'000});
    ASSERT_TRUE(stream) << stream.error().to_string();
    client_.stream = std::move(*stream);
    client_.start();
  }

  static std::string read(Stream& stream) {
    beast::flat_buffer buffer;
    stream.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }

  boost::asio::io_context theirs_;
  std::optional<tcp::acceptor> acceptor_;
  std::promise<void> ended_;  // of the test: what the peer may wait for
  std::future<void> peer_;
};

TEST_F(MessageStreamPeerTest, AClientTalksToBeastsServer) {
  dial_to(serve_websocket([](Stream& stream) {
    for (std::size_t i = 0; i < texts().size(); ++i) {
      const std::string text = read(stream);
      stream.ping("still there");
      if (text.size() < 2) {
        stream.write(boost::asio::buffer(text));
        continue;
      }
      stream.write_some(false, boost::asio::buffer(text.substr(0, text.size() / 2)));
      stream.write_some(true, boost::asio::buffer(text.substr(text.size() / 2)));
    }
    stream.close({websocket::close_code::going_away, "bye"});
  }));
  for (const auto& text : texts()) client_.send(text);
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_TRUE(client_.messages == texts());
  EXPECT_EQ(client_.closed[0].code, Errc::connection_lost);
  EXPECT_EQ(client_.closed[0].server_code, 1001);
  EXPECT_EQ(client_.closed[0].server_text, "bye");
  EXPECT_NO_THROW(peer_.get()) << "the closing handshake was whole";
}

TEST_F(MessageStreamPeerTest, AClientKeepsWhatCameWithTheHandshake) {
  const auto url = serve([](tcp::socket socket) {
    std::string request(4096, '\0');
    request.resize(socket.read_some(boost::asio::buffer(request)));
    const auto key = request.substr(request.find("Sec-WebSocket-Key: ") + 19, 24);
    const std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_key(key) +
        "\r\n\r\n\x82\x05"
        "early";
    for (const char byte : answer) boost::asio::write(socket, boost::asio::buffer(&byte, 1));
    static_cast<void>(socket.read_some(boost::asio::buffer(request)));
  });
  dial_to(url);
  EXPECT_TRUE(loop_.run_until([&] { return client_.messages == std::vector<std::string>{"early"}; }));
  client_.stream.reset();
}

TEST_F(MessageStreamPeerTest, AClientEndsTheClosingHandshakeThatItBegan) {
  dial_to(serve_websocket([](Stream& stream) {
    EXPECT_EQ(read(stream), "last");
    beast::flat_buffer buffer;
    beast::error_code error;
    stream.read(buffer, error);
    EXPECT_EQ(error, websocket::error::closed);
    EXPECT_EQ(stream.reason().code, websocket::close_code::normal);
  }));
  client_.send("last");
  client_.stream->close(seconds(10));
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_EQ(client_.closed[0].code, Errc::client_closed);
  peer_.get();
}

TEST_F(MessageStreamPeerTest, AClientReadsWhatHadComeWhenItsWritesFailed) {
  dial_to(serve_websocket([](Stream& stream) {
    stream.next_layer().wait(tcp::socket::wait_read);
    stream.write(boost::asio::buffer("last", 4));
    stream.next_layer().close();  // with bytes that nobody has read: the connection is reset
  }));
  client_.send("not read");
  ASSERT_TRUE(loop_.run_until([&] { return client_.stream->queued_bytes() == 0; }));
  peer_.wait();
  client_.messages.clear();
  client_.send("not written");
  loop_.context().poll_one();
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_EQ(client_.messages, std::vector<std::string>{"last"});
  EXPECT_EQ(client_.closed[0].code, Errc::connection_lost);
}

TEST_F(MessageStreamPeerTest, AClientKeepsToTheGraceThatItGave) {
  dial_to(serve_websocket([this](Stream& stream) {
    beast::flat_buffer buffer;
    beast::error_code error;
    stream.read(buffer, error);  // answers the closing frame; ours is to close the socket, which it does not
    EXPECT_EQ(error, websocket::error::closed);
    ended_.get_future().wait();
  }));
  const auto begin = std::chrono::steady_clock::now();
  client_.stream->close(std::chrono::milliseconds(300));
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(900));
  ended_.set_value();
  peer_.get();
}

TEST_F(MessageStreamPeerTest, AClientRefusesText) {
  dial_to(serve_websocket([](Stream& stream) {
    stream.text(true);
    stream.write(boost::asio::buffer("hi", 2));
    beast::flat_buffer buffer;
    beast::error_code error;
    stream.read(buffer, error);
    EXPECT_EQ(stream.reason().code, websocket::close_code::unknown_data);
  }));
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_EQ(client_.closed[0].code, Errc::protocol_error);
  peer_.get();
}

TEST_F(MessageStreamPeerTest, AClientSaysWhatIsWrongWithTheAnswer) {
  const std::string right =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::tuple<std::string, int, const char*> cases[] = {
      {"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", 503, "HTTP status 503"},
      {"HTTP/1.1 200 OK\r\n\r\n", 200, "HTTP status 200"},
      {right + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n", 0, "Sec-WebSocket-Accept"},
      {right + "\r\n", 0, "Sec-WebSocket-Accept"},
      {"HTTP/1.0 101 Old\r\n\r\n", 0, "HTTP/1.1"},
      {"SSH-2.0-OpenSSH_9.2\r\n", 0, "not HTTP"},
      {"HTTP/1.1 101 Sw", 0, ""},
      {"HTTP/1.1 101 Long\r\nX: " + std::string(20'000, 'x'), 0, "not HTTP"},
      {"", 0, ""},
  };
  for (const auto& [answer, status, text] : cases) {
    const auto stream = dial({.url = serve_answer(answer)});
    ASSERT_FALSE(stream) << answer;
    const bool whole = !answer.empty() && answer != "HTTP/1.1 101 Sw";
    EXPECT_EQ(stream.error().code, whole ? Errc::upgrade_refused : Errc::connection_lost) << answer;
    EXPECT_EQ(stream.error().http_status, status) << answer;
    EXPECT_THAT(stream.error().message, HasSubstr(text));
    EXPECT_THAT(stream.error().message, testing::StartsWith("WebSocket handshake with 127.0.0.1:"));
    peer_.wait();
  }
}

TEST_F(MessageStreamPeerTest, AServerTalksToBeastsClient) {
  start();
  peer_ = std::async(std::launch::async, [this] {
    Stream stream(theirs_);
    stream.next_layer().connect({boost::asio::ip::make_address(address_.host), address_.port});
    stream.handshake("h", "/ws");
    stream.binary(true);
    for (const auto& text : texts()) stream.write(boost::asio::buffer(text));
    for (const auto& text : texts()) EXPECT_TRUE(read(stream) == text);
    stream.close(websocket::close_code::normal);
  });
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  ASSERT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == texts().size(); }));
  EXPECT_TRUE(server_peer().messages == texts());
  for (const auto& text : texts()) server_peer().send(text);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty(); }));
  EXPECT_EQ(server_peer().closed[0].server_code, 1000);
  EXPECT_NO_THROW(peer_.get());
}

}  // namespace
}  // namespace parley::net::test
