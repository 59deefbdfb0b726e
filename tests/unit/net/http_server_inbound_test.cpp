#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// What counts is the memory, and a buffer grows by doubling.
constexpr std::size_t kLimit = 200 * 1024;

class HttpServerInboundTest : public ServerFixture {
 protected:
  void configure(HttpServer& server) override {
    server.on_upgrade({}, [this](std::unique_ptr<MessageStream> stream) {
      auto& kept = *streams_.emplace_back(std::move(stream));
      kept.start({.on_message = [this](std::string_view bytes) { messages_.push_back(bytes.size()); },
                  .on_closed = [this](Error reason) { closed_.push_back(reason.code); }});
    });
  }

  static std::string part_of_body(std::size_t bytes) {
    return "POST /" + std::to_string(bytes) +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes - 1, 'b');
  }
  /// A masked binary frame of 64 KiB or more but for its last byte, with a mask that changes nothing.
  static std::string part_of_frame(std::size_t bytes) {
    std::string frame("\x82\xff\0\0\0\0", 6);
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(bytes >> shift);
    return frame + std::string(4, '\0') + std::string(bytes - 1, 'm');
  }
  std::unique_ptr<RawClient> open_websocket() {
    auto client = std::make_unique<RawClient>(loop_, address_);
    const auto before = streams_.size();
    client->send(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_TRUE(loop_.run_until([&] { return streams_.size() > before; }));
    return client;
  }

  std::vector<std::unique_ptr<MessageStream>> streams_;
  std::vector<std::size_t> messages_;
  std::vector<Errc> closed_;
};

TEST_F(HttpServerInboundTest, RefusesTheOldestBodyBeyondTheSum) {
  start({.max_inbound_bytes = 100'000});
  RawClient first(loop_, address_), second(loop_, address_);
  first.send(part_of_body(60'000));
  ASSERT_TRUE(loop_.run_until([&] { return server_->inbound_bytes() >= 60'000; }));
  second.send(part_of_body(60'000));
  ASSERT_TRUE(loop_.run_until([&] { return first.ended(); }));
  EXPECT_THAT(first.received(), StartsWith("HTTP/1.1 503 "));
  second.send("b");
  EXPECT_TRUE(loop_.run_until([&] { return second.count("POST /60000") == 1; })) << second.received();
  EXPECT_THAT(limits_, ElementsAre("inbound_buffers 127.0.0.1"));
  EXPECT_EQ(server_->inbound_bytes(), 0u);
}

TEST_F(HttpServerInboundTest, ClosesTheOldestPartialMessageBeyondTheSum) {
  start({.max_inbound_bytes = kLimit});
  const auto first = open_websocket(), second = open_websocket();
  first->send(part_of_frame(80'000));
  ASSERT_TRUE(loop_.run_until([&] { return server_->inbound_bytes() >= 79'999; }));
  second->send(part_of_frame(100'000));
  ASSERT_TRUE(loop_.run_until([&] { return first->ended() && !closed_.empty(); }));
  EXPECT_THAT(first->received(), HasSubstr("\x88\x02\x03\xf5")) << "code 1013";
  second->send("m");
  EXPECT_TRUE(loop_.run_until([&] { return messages_.size() == 1; }));
  EXPECT_EQ(messages_, std::vector<std::size_t>{100'000});
  EXPECT_EQ(closed_, std::vector<Errc>{Errc::limit_exceeded});
  EXPECT_THAT(limits_, ElementsAre("inbound_buffers 127.0.0.1"));
  EXPECT_EQ(server_->inbound_bytes(), 0u);
}

TEST_F(HttpServerInboundTest, FreesWhatBelongsToConnectionsThatEnd) {
  start({.max_inbound_bytes = kLimit});
  const auto socket = open_websocket();
  RawClient poster(loop_, address_);
  socket->send(part_of_frame(70'000));
  poster.send(part_of_body(40'000));
  ASSERT_TRUE(loop_.run_until([&] { return server_->inbound_bytes() >= 109'000; }));
  socket->close();
  poster.close();
  EXPECT_TRUE(loop_.run_until([&] { return server_->inbound_bytes() == 0; }));
}

}  // namespace
}  // namespace parley::net::test
