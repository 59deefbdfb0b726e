#include "common/net/in_process.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "tests/unit/net/stream_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

class InProcessTest : public testing::Test {
 protected:
  InProcessTest() {
    std::tie(left_.stream, right_.stream) = make_in_process_pair(loop_.executor(), loop_.executor());
  }
  void start() {
    left_.start();
    right_.start();
  }

  Loop loop_;
  Peer left_, right_;
};

TEST_F(InProcessTest, CarriesMessagesBothWaysInOrderAndNeverInsideACall) {
  start();
  left_.send("one");
  left_.send(std::string("t\0o", 3));
  right_.send("three");
  EXPECT_TRUE(right_.messages.empty());
  loop_.settle();
  EXPECT_THAT(right_.messages, ElementsAre("one", std::string("t\0o", 3)));
  EXPECT_THAT(left_.messages, ElementsAre("three"));
}

TEST_F(InProcessTest, KeepsWhatCameBeforeItWasStarted) {
  left_.start();
  left_.send("early");
  loop_.settle();
  right_.start();
  loop_.settle();
  EXPECT_THAT(right_.messages, ElementsAre("early"));
}

TEST_F(InProcessTest, AnswersAPing) {
  start();
  left_.stream->ping();
  loop_.settle();
  EXPECT_EQ(right_.inputs, 1);
  EXPECT_EQ(left_.inputs, 1) << "the answer";
  left_.send("one");
  left_.send("two");
  loop_.settle();
  EXPECT_EQ(right_.inputs, 2) << "what came together is one input";
  EXPECT_EQ(left_.inputs, 1);
}

TEST_F(InProcessTest, AnswersAPingThatCameBeforeItWasStarted) {
  left_.start();
  left_.stream->ping();
  loop_.settle();
  EXPECT_EQ(left_.inputs, 0) << "nobody is there";
  right_.start();
  loop_.settle();
  EXPECT_EQ(left_.inputs, 1);
}

TEST_F(InProcessTest, MayBeDroppedWhenInputIsTold) {
  int messages = 0;
  right_.start();
  left_.stream->start(
      {.on_message = [&](std::string_view) { ++messages; }, .on_input = [&] { left_.stream.reset(); }});
  right_.send("one");
  loop_.settle();
  EXPECT_EQ(messages, 0);
}

TEST_F(InProcessTest, CountsWhatTheOtherSideHasNotTaken) {
  left_.send("12345");
  left_.send("678");
  EXPECT_EQ(left_.stream->queued_bytes(), 8u);
  right_.start();
  loop_.settle();
  EXPECT_EQ(left_.stream->queued_bytes(), 0u);
}

TEST_F(InProcessTest, CloseDeliversWhatWasSentAndTellsBothOnce) {
  start();
  left_.send("last");
  left_.stream->close(seconds(1));
  left_.send("ignored");
  left_.stream->close(seconds(1));
  EXPECT_TRUE(left_.closed.empty());
  loop_.settle();
  EXPECT_THAT(right_.messages, ElementsAre("last"));
  ASSERT_EQ(left_.closed.size(), 1u);
  EXPECT_EQ(left_.closed[0].code, Errc::client_closed);
  ASSERT_EQ(right_.closed.size(), 1u);
  EXPECT_EQ(right_.closed[0].code, Errc::connection_lost);
  right_.send("to nobody");
  loop_.settle();
  EXPECT_TRUE(left_.messages.empty());
}

TEST_F(InProcessTest, DestroyingTellsTheOtherSideOnly) {
  start();
  left_.stream.reset();
  loop_.settle();
  EXPECT_TRUE(left_.closed.empty());
  ASSERT_EQ(right_.closed.size(), 1u);
  EXPECT_EQ(right_.closed[0].code, Errc::connection_lost);
}

TEST_F(InProcessTest, MayBeDestroyedInItsCallbacks) {
  std::vector<std::string> seen;
  left_.stream->start({.on_message =
                           [&, witness = std::string(100, 'w')](std::string_view bytes) {
                             left_.stream.reset();
                             seen.emplace_back(bytes);
                             EXPECT_EQ(witness, std::string(100, 'w'));
                           },
                       .on_closed = [](Error) { ADD_FAILURE() << "after destruction"; }});
  right_.stream->start(
      {.on_message = [](std::string_view) {}, .on_closed = [&](Error) { right_.stream.reset(); }});
  right_.send("one");
  right_.send("two");
  loop_.settle();
  EXPECT_THAT(seen, ElementsAre("one"));
  EXPECT_FALSE(right_.stream);
}

TEST_F(InProcessTest, ListenersRefuseWhenTheyAreShut) {
  std::vector<std::unique_ptr<MessageStream>> accepted;
  const auto acceptor = std::make_shared<InProcessAcceptor>(
      loop_.executor(),
      [&](std::unique_ptr<MessageStream> stream) { accepted.push_back(std::move(stream)); });
  EXPECT_FALSE(acceptor->connect(loop_.executor()));
  acceptor->open();
  auto near = acceptor->connect(loop_.executor());
  ASSERT_TRUE(near);
  EXPECT_TRUE(accepted.empty()) << "inside the call";
  loop_.settle();
  ASSERT_EQ(accepted.size(), 1u);
  const auto under_way = acceptor->connect(loop_.executor());
  acceptor->shut_down();
  loop_.settle();
  EXPECT_EQ(accepted.size(), 1u);
  const auto late = acceptor->connect(loop_.executor());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unreachable);
}

// For the thread sanitizer above all: two threads that talk and part at any moment.
TEST(InProcessThreads, TalkAndPartAtAnyMoment) {
  for (int round = 0; round < 200; ++round) {
    boost::asio::io_context here(1), there(1);
    auto [near, far] = make_in_process_pair(here.get_executor(), there.get_executor());
    std::thread thread([&there, far = std::move(far), round]() mutable {
      int heard = 0;
      far->start({.on_message =
                      [&](std::string_view) {
                        far->send(std::make_shared<const std::string>("echo"));
                        if (++heard == round % 7) far.reset();
                      },
                  .on_closed = [](Error) {}});
      there.run();
      far.reset();
    });
    int heard = 0;
    near->start({.on_message = [&](std::string_view) { ++heard; }, .on_closed = [](Error) {}});
    for (int i = 0; i < 10; ++i) {
      near->send(std::make_shared<const std::string>("hello"));
      here.poll();
      here.restart();
    }
    near.reset();
    boost::asio::post(there, [&] { there.stop(); });
    thread.join();
  }
}

}  // namespace
}  // namespace parley::net::test
