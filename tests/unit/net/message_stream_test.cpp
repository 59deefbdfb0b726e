#include "common/net/message_stream.hpp"

#include "tests/unit/net/stream_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class MessageStreamTest : public StreamFixture {};

TEST_F(MessageStreamTest, CarriesWholeMessagesBothWaysInOrder) {
  start();
  connect();
  std::vector<std::string> sent;
  for (const std::size_t size : {0, 1, 125, 126, 127, 1000, 65535, 65536, 500'000})
    sent.push_back(std::string(size, static_cast<char>('a' + sent.size())));
  sent.push_back(std::string("zero\0inside\xff", 12));
  for (const auto& text : sent) client_.send(text);
  for (const auto& text : sent) server_peer().send(text);
  ASSERT_TRUE(loop_.run_until([&] {
    return server_peer().messages.size() == sent.size() && client_.messages.size() == sent.size();
  }));
  EXPECT_TRUE(server_peer().messages == sent);
  EXPECT_TRUE(client_.messages == sent);
  EXPECT_EQ(client_.stream->peer_address(), "127.0.0.1");
  EXPECT_EQ(server_peer().stream->peer_address(), "127.0.0.1");
}

TEST_F(MessageStreamTest, KeepsWhatCameBeforeItWasStarted) {
  start();
  start_server_peers_ = false;
  connect();
  client_.send("early");
  loop_.settle();
  server_peer().start();
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().messages.empty(); }));
  EXPECT_EQ(server_peer().messages[0], "early");
}

TEST_F(MessageStreamTest, CountsWhatTheSystemHasNotTaken) {
  start();
  start_server_peers_ = false;  // nobody reads there
  connect();
  const auto megabyte = std::make_shared<const std::string>(1024 * 1024, 'm');
  for (int i = 0; i < 20; ++i) client_.stream->send(megabyte);
  EXPECT_EQ(client_.stream->queued_bytes(), 20 * megabyte->size());
  loop_.settle();
  EXPECT_GT(client_.stream->queued_bytes(), megabyte->size());
  server_peer().start();
  EXPECT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 20; }));
  EXPECT_TRUE(loop_.run_until([&] { return client_.stream->queued_bytes() == 0; }));
}

TEST_F(MessageStreamTest, TakesMessagesUpToTheLimitOnly) {
  start({.max_message_bytes = 1000});
  connect();
  client_.send(std::string(1000, 'x'));
  client_.send(std::string(1001, 'y'));
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty() && !client_.closed.empty(); }));
  EXPECT_EQ(server_peer().messages.size(), 1u);
  EXPECT_EQ(server_peer().closed[0].code, Errc::limit_exceeded);
  EXPECT_EQ(client_.closed[0].code, Errc::connection_lost);
  EXPECT_EQ(client_.closed[0].server_code, 1009);
}

TEST_F(MessageStreamTest, LimitsWhatAClientAcceptsToo) {
  start();
  auto options = dial_options();
  options.max_message_bytes = 10;
  connect(options);
  server_peer().send("01234567890");
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_EQ(client_.closed[0].code, Errc::limit_exceeded);
}

constexpr const char* kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
// Client frames with a mask of zeroes.
const std::string kTextFrame("\x81\x82\0\0\0\0hi", 8);
const std::string kBinaryFrame("\x82\x82\0\0\0\0hi", 8);
const std::string kUnmaskedFrame("\x82\x02hi", 4);
const std::string kPing("\x89\x82\0\0\0\0yo", 8);

TEST_F(MessageStreamTest, RefusesText) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade + kBinaryFrame + kTextFrame + kBinaryFrame);
  ASSERT_TRUE(loop_.run_until([&] { return client.ended(); }));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(client.received(), HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  EXPECT_THAT(client.received(), testing::Not(HasSubstr("Beast")));
  EXPECT_THAT(client.received(), testing::EndsWith("\x88\x02\x03\xeb"));  // close, 1003
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty(); }));
  EXPECT_EQ(server_peer().closed[0].code, Errc::protocol_error);
  EXPECT_EQ(server_peer().messages, std::vector<std::string>{"hi"});
}

TEST_F(MessageStreamTest, RefusesFramesThatAreNotTheProtocol) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade + kUnmaskedFrame);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty() && !server_peer().closed.empty(); }));
  EXPECT_EQ(server_peer().closed[0].code, Errc::protocol_error);
}

TEST_F(MessageStreamTest, AsksForASignOfLifeAndHearsTheAnswer) {
  start();
  connect();
  client_.stream->ping();
  client_.stream->ping();
  ASSERT_TRUE(loop_.run_until([&] { return client_.inputs > 0; }));
  EXPECT_EQ(server_peer().inputs, 1) << "two before the first has left are one";
  server_peer().stream->ping();
  ASSERT_TRUE(loop_.run_until([&] { return server_peer().inputs == 2; }));
  EXPECT_TRUE(client_.messages.empty() && server_peer().messages.empty());
  client_.stream->close(seconds(1));
  client_.stream->ping();
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty() && !server_peer().closed.empty(); }));
  EXPECT_EQ(server_peer().closed[0].code, Errc::connection_lost) << "nothing behind the closing frame";
}

TEST_F(MessageStreamTest, PingsBetweenMessagesThatWait) {
  start();
  connect();
  for (int i = 0; i < 20; ++i) client_.send(std::string(100'000, 'x'));
  client_.stream->ping();
  ASSERT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 20 && client_.inputs > 0; }));
  for (const auto& message : server_peer().messages) EXPECT_EQ(message, std::string(100'000, 'x'));
}

TEST_F(MessageStreamTest, TakesAPartOfAMessageForASignOfLife) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  for (int i = 0; i < 4; ++i) {
    client.send(kBinaryFrame.substr(static_cast<std::size_t>(2 * i), 2));
    ASSERT_TRUE(loop_.run_until([&] { return server_peer().inputs == i + 1; }));
    EXPECT_EQ(server_peer().messages.size(), i == 3 ? 1u : 0u);
  }
}

TEST_F(MessageStreamTest, MayBeDroppedWhenInputIsTold) {
  start();
  auto stream = dial(dial_options());
  ASSERT_TRUE(stream) << stream.error().to_string();
  int messages = 0;
  (*stream)->start(
      {.on_message = [&](std::string_view) { ++messages; }, .on_input = [&] { stream->reset(); }});
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  server_peer().send("one");
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty(); }));
  EXPECT_EQ(messages, 0);
}

TEST_F(MessageStreamTest, LetsTheOwnerSayTheLastWordBeforeItRefuses) {
  const std::string long_frame("\x82\xfe\x03\xe9\0\0\0\0", 8);  // 1001 bytes to come
  for (const auto& [bytes, code, closing] :
       {std::tuple{kTextFrame, Errc::protocol_error, "\x88\x02\x03\xeb"},
        std::tuple{long_frame, Errc::limit_exceeded, "\x88\x02\x03\xf1"}}) {
    server_peers_.clear();
    start({.max_message_bytes = 1000});
    RawClient client(loop_, address_);
    client.send(kUpgrade);
    ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
    server_peer().last_words = "406";
    client.send(bytes);
    ASSERT_TRUE(loop_.run_until([&] { return client.ended() && !server_peer().closed.empty(); }));
    EXPECT_THAT(client.received(), testing::EndsWith("\x82\x03"
                                                     "406" +
                                                     std::string(closing)));
    ASSERT_EQ(server_peer().refused.size(), 1u);
    EXPECT_EQ(server_peer().refused[0].code, code);
    EXPECT_EQ(server_peer().closed[0].code, code);
  }
}

TEST_F(MessageStreamTest, AFarewellInTheRefusalKeepsItsCode) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  Peer peer = std::move(server_peer());
  peer.stream->start({.on_message = [](std::string_view) {},
                      .on_closed = [&](Error reason) { peer.closed.push_back(std::move(reason)); },
                      .on_refused = [&](const Error&) { peer.stream->close(seconds(60)); }});
  client.send(kTextFrame);
  ASSERT_TRUE(loop_.run_until([&] { return client.ended() && !peer.closed.empty(); }));
  EXPECT_THAT(client.received(), testing::EndsWith("\x88\x02\x03\xeb"));
}

TEST_F(MessageStreamTest, MayBeDestroyedInOnRefused) {
  start();
  start_server_peers_ = false;
  RawClient client(loop_, address_);
  client.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  auto victim = std::move(server_peer().stream);
  victim->start({.on_message = [](std::string_view) {},
                 .on_closed = [](Error) { ADD_FAILURE() << "after destruction"; },
                 .on_refused =
                     [&, witness = std::string(100, 'w')](const Error&) {
                       victim.reset();
                       EXPECT_EQ(witness, std::string(100, 'w'));
                     }});
  client.send(kTextFrame);
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
}

TEST_F(MessageStreamTest, AnswersTheNewestPingOfAFloodOnly) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += kPing;
  client.send(flood + kBinaryFrame);
  ASSERT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 1; }));
  loop_.settle();
  EXPECT_GE(client.count("\x8a\x02yo"), 1u);
  EXPECT_LT(client.count("\x8a\x02yo"), 100u);
}

TEST_F(MessageStreamTest, TakesMessagesInFragmentsAndInPieces) {
  start();
  RawClient client(loop_, address_);
  const std::string fragments("\x02\x82\0\0\0\0he\x89\x80\0\0\0\0\x80\x83\0\0\0\0llo", 23);
  client.send(kUpgrade + fragments.substr(0, 3));
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  for (std::size_t i = 3; i < fragments.size(); ++i) {
    loop_.settle();
    client.send(fragments.substr(i, 1));
  }
  ASSERT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 1; }));
  EXPECT_EQ(server_peer().messages[0], "hello");
}

TEST_F(MessageStreamTest, EchoesTheCodeOfAClose) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade +
              std::string("\x88\x85\0\0\0\0\x03\xe9"
                          "bye",
                          11) +
              kBinaryFrame);
  ASSERT_TRUE(loop_.run_until([&] { return client.ended() && !server_peer().closed.empty(); }));
  EXPECT_THAT(client.received(), testing::EndsWith("\x88\x02\x03\xe9"));
  EXPECT_EQ(server_peer().closed[0].server_code, 1001);
  EXPECT_EQ(server_peer().closed[0].server_text, "bye");
  EXPECT_TRUE(server_peer().messages.empty());
}

TEST_F(MessageStreamTest, AnswersPings) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade + kPing + kBinaryFrame);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty() && server_peer().messages.size() == 1; }));
  EXPECT_TRUE(loop_.run_until([&] { return client.received().ends_with("\x8a\x02yo"); }));
}

TEST_F(MessageStreamTest, SendsUnmaskedFramesAsAServer) {
  start();
  RawClient client(loop_, address_);
  client.send(kUpgrade);
  ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  server_peer().send("one");
  server_peer().send("two");
  EXPECT_TRUE(loop_.run_until([&] { return client.received().ends_with("\x82\x03one\x82\x03two"); }));
}

TEST_F(MessageStreamTest, RefusesUpgradesThatAreWrong) {
  start();
  const auto answer = talk_to_end(
      "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_THAT(answer, testing::ContainsRegex("^HTTP/1.1 4(00|26) "));
  EXPECT_TRUE(server_peers_.empty());
}

TEST_F(MessageStreamTest, AnswersOtherUpgradesAsOrdinaryRequests) {
  start();
  RawClient client(loop_, address_);
  client.send("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_TRUE(loop_.run_until([&] { return client.count("GET /ws []") == 1; }));
}

// --- dialling ------------------------------------------------------------------------------------------

TEST_F(MessageStreamTest, DialSaysThatTheServerRefused) {
  start();
  const auto stream = dial(dial_options("/elsewhere"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::upgrade_refused);
  EXPECT_EQ(stream.error().http_status, 404);
  EXPECT_THAT(stream.error().message, StartsWith("WebSocket handshake"));
}

TEST_F(MessageStreamTest, DialSaysThatNobodyListens) {
  start();
  const auto options = dial_options();
  server_.reset();
  const auto stream = dial(options);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::unreachable);
  EXPECT_THAT(stream.error().message, StartsWith("connect to 127.0.0.1:"));
  EXPECT_THAT(stream.error().message, HasSubstr("refused"));
}

TEST_F(MessageStreamTest, DialSaysThatTheNameIsUnknown) {
  const auto stream =
      dial({.url = {.scheme = "ws", .host = "no-such-host.invalid", .port = 80, .target = "/"}});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::unresolved);
  EXPECT_THAT(stream.error().message, StartsWith("resolve no-such-host.invalid"));
}

/// Accepts connections into its backlog and never says a word.
class MuteListener {
 public:
  explicit MuteListener(Loop& loop)
      : acceptor_(loop.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0}) {}
  std::uint16_t port() { return acceptor_.local_endpoint().port(); }

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
};

TEST_F(MessageStreamTest, DialSaysWhereTimeRanOut) {
  MuteListener mute(loop_);
  for (const auto& [scheme, stage] : {std::pair{"ws", "WebSocket handshake"}, std::pair{"wss", "TLS"}}) {
    const auto stream =
        dial({.url = {.scheme = scheme, .host = "127.0.0.1", .port = mute.port(), .target = "/"},
              .timeout = milliseconds(500)});
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().code, Errc::timed_out);
    EXPECT_THAT(stream.error().message, StartsWith(stage));
  }
}

TEST_F(MessageStreamTest, ADroppedDialNeverCompletes) {
  start();
  bool completed = false;
  auto pending = dial_websocket(loop_.executor(), dial_options(), [&](auto) { completed = true; });
  pending.reset();
  RawClient witness(loop_, address_);
  witness.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return witness.count("200 OK") == 1; }));
  // And in the middle of the handshake:
  MuteListener mute(loop_);
  pending = dial_websocket(loop_.executor(),
                           {.url = {.scheme = "ws", .host = "127.0.0.1", .port = mute.port(), .target = "/"}},
                           [&](auto) { completed = true; });
  for (int i = 0; i < 20; ++i) loop_.settle();
  pending.reset();
  loop_.settle();
  EXPECT_FALSE(completed);
}

TEST_F(MessageStreamTest, TheDialMayBeDroppedInItsCompletion) {
  start();
  std::unique_ptr<Dial> pending;
  pending = dial_websocket(loop_.executor(), dial_options(), [&](auto stream) {
    pending.reset();
    client_.stream = std::move(*stream);
  });
  ASSERT_TRUE(loop_.run_until([&] { return client_.stream != nullptr && !server_peers_.empty(); }));
  client_.start();
  server_peer().send("still open");
  EXPECT_TRUE(loop_.run_until([&] { return client_.messages.size() == 1; }));
}

}  // namespace
}  // namespace parley::net::test
