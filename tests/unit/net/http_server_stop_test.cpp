#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class HttpServerStopTest : public ServerFixture {
 protected:
  void stop(Duration grace) {
    server_->stop(grace, [this] { stopped_ = true; });
    EXPECT_FALSE(stopped_) << "inside the call";
  }
  bool refuses_connections() {
    boost::asio::ip::tcp::socket socket(loop_.executor());
    boost::system::error_code error;
    socket.connect({boost::asio::ip::make_address(address_.host), address_.port}, error);
    return error == boost::asio::error::connection_refused;
  }
  bool stopped_ = false;
};

TEST_F(HttpServerStopTest, IsDoneAtOnceWithoutConnections) {
  start();
  stop(seconds(60));
  EXPECT_TRUE(loop_.run_until([&] { return stopped_; }));
  EXPECT_TRUE(refuses_connections());
}

TEST_F(HttpServerStopTest, ClosesIdleConnectionsAndFinishesRequestsInFlight) {
  start();
  RawClient idle(loop_, address_);
  idle.send("GET /idle HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return idle.count("GET /idle []") == 1; }));
  hold_replies_ = true;
  RawClient busy(loop_, address_);
  busy.send("GET /busy HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));

  stop(seconds(60));
  ASSERT_TRUE(loop_.run_until([&] { return idle.ended(); }));
  loop_.settle();
  EXPECT_FALSE(stopped_);
  held_[0](echo(requests_.back()));
  ASSERT_TRUE(loop_.run_until([&] { return stopped_ && busy.ended(); }));
  EXPECT_THAT(busy.received(), HasSubstr("GET /busy []"));
  EXPECT_THAT(busy.received(), HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServerStopTest, AnswersARequestThatHasArrivedOnAnIdleConnection) {
  start();
  RawClient client(loop_, address_);
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("GET /1 []") == 1; }));
  client.send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");  // is here, and the server has not looked yet
  stop(seconds(60));
  ASSERT_TRUE(loop_.run_until([&] { return stopped_ && client.ended(); }));
  EXPECT_THAT(client.received(), HasSubstr("GET /2 []"));
  EXPECT_EQ(client.count("Connection: close\r\n"), 1u);
}

TEST_F(HttpServerStopTest, AnswersTheFirstRequestOfAConnectionThatWaitsToBeAccepted) {
  start();
  RawClient quick(loop_, address_);
  RawClient slow(loop_, address_);
  quick.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n");
  stop(seconds(60));
  EXPECT_TRUE(refuses_connections());
  ASSERT_TRUE(loop_.run_until([&] { return quick.ended(); }));
  slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return stopped_ && slow.ended(); }));
  EXPECT_THAT(quick.received(), HasSubstr("GET /quick []"));
  EXPECT_THAT(slow.received(), HasSubstr("GET /slow []"));
}

TEST_F(HttpServerStopTest, DoesNotWaitLongForAFirstRequest) {
  start({.header_timeout = seconds(60)});
  RawClient silent(loop_, address_);
  stop(seconds(60));
  EXPECT_TRUE(loop_.run_until([&] { return stopped_ && silent.ended(); }));
}

TEST_F(HttpServerStopTest, LetsAHalfReadRequestFinish) {
  start();
  RawClient client(loop_, address_);
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return client.count("100 Continue") == 1; }));
  stop(seconds(60));
  client.send("abc");
  ASSERT_TRUE(loop_.run_until([&] { return stopped_ && client.ended(); }));
  EXPECT_THAT(client.received(), HasSubstr("POST / [abc]"));
}

TEST_F(HttpServerStopTest, CutsWhatIsLeftAfterTheGrace) {
  start();
  hold_replies_ = true;
  RawClient client(loop_, address_);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));
  stop(milliseconds(20));
  EXPECT_TRUE(loop_.run_until([&] { return stopped_ && client.ended(); }));
  held_[0](echo(requests_[0]));  // too late: nobody is there
  loop_.settle();
}

TEST_F(HttpServerStopTest, DestroyingTheServerClosesEverything) {
  start();
  hold_replies_ = true;
  RawClient idle(loop_, address_);
  RawClient busy(loop_, address_);
  busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));
  stop(seconds(60));
  server_.reset();
  EXPECT_TRUE(loop_.run_until([&] { return idle.ended() && busy.ended(); }));
  held_[0](echo(requests_[0]));
  loop_.settle();
  EXPECT_FALSE(stopped_);
  EXPECT_TRUE(refuses_connections());
}

class SuicidalServerTest : public ServerFixture {
  void on_request(const http::Request& request, const std::string&, HttpReply reply) override {
    server_.reset();
    reply(echo(request));
  }
};

TEST_F(SuicidalServerTest, AHandlerMayDestroyItsServer) {
  start();
  EXPECT_EQ(talk_to_end("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "");
}

}  // namespace
}  // namespace parley::net::test
