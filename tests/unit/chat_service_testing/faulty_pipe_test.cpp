#include "chat_service/testing/faulty_pipe.hpp"

#include "tests/unit/chat_service_testing/pipe_fixture.hpp"

namespace parley::testing {
namespace {

using namespace std::chrono_literals;

TEST_P(PipeTest, CarriesBothWays) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  client->send("hello");
  service->send("welcome");
  EXPECT_TRUE(loop_.run_until([&] { return service->received == "hello" && client->received == "welcome"; }));
  EXPECT_EQ(pipe_->connections(), 1u);
}

TEST_P(PipeTest, CarriesMuchInOrder) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  std::string sent;
  for (int i = 0; i < 100'000; ++i) sent += std::to_string(i) + ' ';
  for (std::size_t at = 0; at < sent.size(); at += 10'000) service->send(sent.substr(at, 10'000));
  EXPECT_TRUE(loop_.run_until([&] { return client->received.size() >= sent.size(); }));
  EXPECT_TRUE(client->received == sent);
}

TEST_P(PipeTest, PassesAnEndOn) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  client->send("bye");
  client->close();
  EXPECT_TRUE(loop_.run_until([&] { return service->has_ended; }));
  EXPECT_EQ(service->received, "bye");
  EXPECT_EQ(pipe_->connections(), 0u);
}

TEST_P(PipeTest, DelaysByTheClock) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  pipe_->delay(2s);
  client->send("slow ");
  settle();
  time_.advance(1s);
  pipe_->delay(100ms);
  client->send("and steady");  // overtakes nothing
  client->close();
  settle();
  time_.advance(1s - 1ns);
  EXPECT_EQ(service->received, "");
  EXPECT_FALSE(service->has_ended);
  time_.advance(1ns);
  EXPECT_EQ(service->received, "slow and steady");
  EXPECT_TRUE(service->has_ended);
}

TEST_P(PipeTest, DropsBytesAndEndsSilently) {
  auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  pipe_->drop();
  client->send("lost");
  service->send("lost");
  settle();
  client->close();
  settle();
  EXPECT_EQ(service->received + client->received, "");
  EXPECT_FALSE(service->has_ended);
  EXPECT_EQ(pipe_->connections(), 1u);
  service->close();
  settle();
  EXPECT_EQ(pipe_->connections(), 0u);
}

TEST_P(PipeTest, WhatHasLostSomethingStaysDead) {
  const auto [client, service] = connect_through();
  const auto [idle, idles_service] = connect_through();
  ASSERT_TRUE(client && service && idle && idles_service);
  pipe_->drop();
  client->send("lost");
  settle();
  pipe_->heal();
  client->send("lost as well");
  service->send("and this");
  idle->send("hello");
  settle();
  EXPECT_EQ(service->received + client->received, "");
  EXPECT_FALSE(client->has_ended);
  EXPECT_EQ(idles_service->received, "hello");  // it has lost nothing
  pipe_->cut_now();
  EXPECT_TRUE(loop_.run_until([&] { return client->has_ended && service->has_ended; }));
}

TEST_P(PipeTest, ANewConnectionWhileEverythingIsDroppedReachesNobody) {
  pipe_->drop();
  const auto client = connect();
  ASSERT_TRUE(client);
  client->send("anybody there?");
  settle();
  EXPECT_FALSE(client->has_ended);
  EXPECT_EQ(accepted_.size(), 0u);
  EXPECT_EQ(pipe_->connections(), 1u);
  client->close();
  settle();
  EXPECT_EQ(pipe_->connections(), 0u);
}

TEST_P(PipeTest, CutsWhatIsOpenAndOnlyThat) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  pipe_->delay(1s);
  client->send("under way");
  settle();
  pipe_->cut_now();
  EXPECT_TRUE(loop_.run_until([&] { return client->has_ended && service->has_ended; }));
  time_.advance(2s);
  EXPECT_EQ(service->received, "");
  EXPECT_EQ(pipe_->connections(), 0u);
  EXPECT_TRUE(connect_through().service);
}

TEST_P(PipeTest, CutsAfterSoManyBytes) {
  const auto [client, service] = connect_through();
  const auto [other, others_service] = connect_through();
  ASSERT_TRUE(client && service && other && others_service);
  pipe_->cut_after(Direction::to_service, 8);
  service->send("does not count");
  other->send("12345");
  settle();
  client->send("67890");
  EXPECT_TRUE(loop_.run_until([&] { return client->has_ended && service->has_ended; }));
  EXPECT_EQ(service->received, is_relay() ? "678" : "");
  other->send("67890");
  settle();
  EXPECT_EQ(others_service->received, "1234567890");
  EXPECT_FALSE(other->has_ended);
}

TEST_P(PipeTest, RefusesNewConnectionsUntilHealed) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  pipe_->refuse();
  EXPECT_FALSE(connect());
  client->send("still here");
  settle();
  EXPECT_EQ(service->received, "still here");
  pipe_->heal();
  EXPECT_TRUE(connect_through().service);
}

TEST_P(PipeTest, ItsEndCutsWhatIsOpen) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  const auto listener = pipe_->listener();
  pipe_.reset();
  EXPECT_TRUE(loop_.run_until([&] { return client->has_ended && service->has_ended; }));
  if (listener) {
    EXPECT_EQ(listener->connect(loop_.executor()).error().code, Errc::unreachable);
  }
}

// A relay carries the frames of a WebSocket, pings included, and knows nothing of it.
class InProcessPipeTest : public PipeTest {};

TEST_P(InProcessPipeTest, ASignOfLifeComesFromTheOtherSideAndNotFromThePipe) {
  const auto [client, service] = connect_through();
  ASSERT_TRUE(client && service);
  pipe_->delay(1s);
  client->ping();
  settle();
  EXPECT_EQ(client->inputs + service->inputs, 0);
  time_.advance(1s);
  EXPECT_EQ(service->inputs, 1);
  EXPECT_EQ(client->inputs, 0);
  time_.advance(1s);
  EXPECT_EQ(client->inputs, 1);
  EXPECT_EQ(service->inputs, 1);
  EXPECT_EQ(client->received + service->received, "");
  pipe_->drop();
  client->ping();
  time_.advance(1min);
  EXPECT_EQ(client->inputs, 1);
  EXPECT_EQ(service->inputs, 1);
}

INSTANTIATE_TEST_SUITE_P(Forms, InProcessPipeTest, ::testing::Values(Form::in_process));

INSTANTIATE_TEST_SUITE_P(Forms, PipeTest, ::testing::Values(Form::in_process, Form::relay),
                         [](const auto& info) { return info.param == Form::relay ? "Relay" : "InProcess"; });

TEST(FaultyPipe, SaysWhereClientsConnect) {
  const auto relay = FaultyPipe::relay_to({"127.0.0.1", 9}).value();
  EXPECT_EQ(relay.url(), "ws://127.0.0.1:" + std::to_string(relay.address().port) + "/v3/wsconnect");
  EXPECT_FALSE(relay.listener());
}

TEST(FaultyPipe, FailsForANameThatNobodyKnows) {
  const auto relay = FaultyPipe::relay_to({"does-not-exist.invalid", 9});
  ASSERT_FALSE(relay);
  EXPECT_EQ(relay.error().code, Errc::unreachable);
}

TEST(FaultyPipe, ResetsWhomItCannotConnect) {
  net::test::Loop loop;
  boost::asio::ip::tcp::acceptor nobody(loop.context(), {boost::asio::ip::address_v4::loopback(), 0});
  const auto port = nobody.local_endpoint().port();
  nobody.close();
  const auto relay = FaultyPipe::relay_to({"127.0.0.1", port}).value();
  boost::asio::ip::tcp::socket client(loop.context());
  client.connect({boost::asio::ip::address_v4::loopback(), relay.address().port});
  char byte = 0;
  boost::system::error_code error;
  client.read_some(boost::asio::buffer(&byte, 1), error);
  EXPECT_EQ(error, boost::asio::error::connection_reset);
}

}  // namespace
}  // namespace parley::testing
