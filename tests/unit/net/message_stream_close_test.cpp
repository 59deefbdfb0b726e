#include "common/net/relay.hpp"
#include "tests/unit/net/stream_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class MessageStreamCloseTest : public StreamFixture {
 protected:
  /// Time enough for a second on_closed that must not come: a whole exchange on another connection.
  void let_time_pass() {
    RawClient witness(loop_, address_);
    witness.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(loop_.run_until([&] { return witness.ended(); }));
    loop_.settle();
  }
};

TEST_F(MessageStreamCloseTest, CloseSendsWhatIsQueuedAndTellsBothEndsOnce) {
  start();
  connect();
  for (int i = 0; i < 100; ++i) client_.send("message " + std::to_string(i));
  client_.stream->close(seconds(60));
  client_.send("ignored");
  EXPECT_TRUE(client_.closed.empty()) << "inside the call";
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty() && !server_peer().closed.empty(); }));
  let_time_pass();
  EXPECT_EQ(server_peer().messages.size(), 100u);
  ASSERT_EQ(client_.closed.size(), 1u);
  EXPECT_EQ(client_.closed[0].code, Errc::client_closed);
  ASSERT_EQ(server_peer().closed.size(), 1u);
  EXPECT_EQ(server_peer().closed[0].code, Errc::connection_lost);
  EXPECT_EQ(server_peer().closed[0].server_code, 1000);
}

TEST_F(MessageStreamCloseTest, BothEndsMayCloseAtTheSameTime) {
  start();
  connect();
  client_.stream->close(seconds(60));
  server_peer().stream->close(seconds(60));
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty() && !server_peer().closed.empty(); }));
  let_time_pass();
  EXPECT_EQ(client_.closed.size(), 1u);
  EXPECT_EQ(server_peer().closed.size(), 1u);
}

TEST_F(MessageStreamCloseTest, CloseEndsAfterTheGraceWhenThePeerIsDeaf) {
  start();
  start_server_peers_ = false;
  connect();
  client_.stream->send(std::make_shared<const std::string>(20'000'000, 'x'));
  client_.stream->close(milliseconds(30));
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty(); }));
  EXPECT_EQ(client_.closed[0].code, Errc::client_closed);
  client_.send("ignored");
  client_.stream->close(seconds(1));
  let_time_pass();
  EXPECT_EQ(client_.closed.size(), 1u);
}

TEST_F(MessageStreamCloseTest, DestroyingClosesTheSocketAndSilencesTheCallbacks) {
  start();
  connect();
  client_.send("unread");
  client_.stream.reset();
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty(); }));
  EXPECT_EQ(server_peer().closed[0].code, Errc::connection_lost);
  EXPECT_TRUE(client_.closed.empty());
}

TEST_F(MessageStreamCloseTest, MayBeDestroyedInOnMessage) {
  start();
  connect();
  Peer victim;
  auto second = dial(dial_options());
  ASSERT_TRUE(second);
  victim.stream = std::move(*second);
  int messages = 0;
  // The captured string shows a function object that dies while it runs.
  victim.stream->start({.on_message =
                            [&, witness = std::string(100, 'w')](std::string_view) {
                              ++messages;
                              victim.stream.reset();
                              EXPECT_EQ(witness, std::string(100, 'w'));
                            },
                        .on_closed = [&](Error) { ADD_FAILURE() << "after destruction"; }});
  ASSERT_TRUE(loop_.run_until([&] { return server_peers_.size() == 2; }));
  server_peer().send("one");
  server_peer().send("two");
  ASSERT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty(); }));
  EXPECT_EQ(messages, 1);
}

TEST_F(MessageStreamCloseTest, MayBeDestroyedInOnClosed) {
  start();
  auto stream = dial(dial_options());
  ASSERT_TRUE(stream);
  auto victim = std::move(*stream);
  bool closed = false;
  victim->start({.on_message = [](std::string_view) {},
                 .on_closed =
                     [&, witness = std::string(100, 'w')](Error) {
                       victim.reset();
                       closed = witness == std::string(100, 'w');
                     }});
  ASSERT_TRUE(loop_.run_until([&] { return server_peers_.size() == 1; }));
  server_peer().stream->close(seconds(60));
  EXPECT_TRUE(loop_.run_until([&] { return closed; }));
  EXPECT_TRUE(loop_.run_until([&] { return !server_peer().closed.empty(); }));
}

TEST_F(MessageStreamCloseTest, SurvivesItsServer) {
  start();
  connect();
  server_.reset();
  client_.send("hello");
  EXPECT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 1; }));
}

TEST_F(MessageStreamCloseTest, ACutConnectionIsLostOnBothEndsOnce) {
  start();
  Relay relay(loop_.executor(), address_);
  const auto address = relay.start();
  ASSERT_TRUE(address);
  auto options = dial_options();
  options.url.port = address->port;
  connect(options);
  client_.send("before");
  ASSERT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 1; }));
  relay.cut();
  for (int i = 0; i < 3; ++i) client_.send("into the void");
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty() && !server_peer().closed.empty(); }));
  let_time_pass();
  ASSERT_EQ(client_.closed.size(), 1u);
  EXPECT_EQ(client_.closed[0].code, Errc::connection_lost);
  EXPECT_EQ(server_peer().closed.size(), 1u);
}

TEST_F(MessageStreamCloseTest, OutlivesNothing) {
  // A context that is destroyed with open streams and operations under way must free them all (checked by
  // the address sanitizer).
  start();
  connect();
  client_.send("unsent");
}

}  // namespace
}  // namespace parley::net::test
