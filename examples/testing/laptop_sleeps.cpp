// A laptop sleeps for nine hours: its token has expired, 300 messages were missed. In milliseconds.
#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <chat_service/service.hpp>
#include <chat_service/testing/faulty_pipe.hpp>
#include <common/protocol/token/access_token.hpp>
#include <parley/parley.hpp>
#include <parley/testing/manual_clock.hpp>
#include <string>
#include <vector>

namespace {

using boost::asio::use_future;
using namespace std::chrono_literals;

parley::token::ApiKey key() {
  return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", "secret of the test"};
}
constexpr const char* kService = "IS00000000000000000000000000000003";

parley::ServiceOptions service_options(const parley::Clock& clock) {
  parley::ServiceOptions options;
  options.tenants.push_back(
      {.account_sid = key().account_sid, .service_sid = kService, .keys = parley::token::KeyRing(key())});
  options.seams.clock = &clock;
  return options;
}

// Mints tokens that live for an hour of `clock`, and counts them.
parley::ClientOptions client_options(const std::string& identity, const parley::Clock& clock, int& tokens) {
  parley::ClientOptions options;
  options.seams.clock = &clock;
  options.tokens = [identity, &clock, &tokens](auto, const parley::TokenReply& reply) {
    ++tokens;
    parley::token::TokenSpec spec;
    spec.identity = identity;
    spec.ttl = 1h;
    spec.grants = {parley::token::ChatGrant{.service_sid = kService}};
    reply(parley::token::mint(key(), spec, clock.wall_now()));
  };
  return options;
}

TEST(LaptopSleeps, NineHoursATokenAnd300Messages) {
  parley::testing::ManualClock time;                // of the service, and of everybody who stays awake
  parley::testing::MachineClock laptop_time(time);  // of Alice's laptop, which stands while it sleeps
  parley::Service service(service_options(time));
  service.start().value();
  auto wifi = parley::testing::FaultyPipe::in_front_of(service.in_process(), laptop_time);
  int alices_tokens = 0, bobs_tokens = 0;
  std::vector<std::string> heard;  // by Alice

  parley::Runtime runtime;
  auto alice_options = client_options("alice", laptop_time, alices_tokens);
  alice_options.endpoint = parley::Endpoint::stream(wifi.listener());
  parley::Client alice(runtime, alice_options);
  const auto events = alice.on_event([&](const parley::Event& event) {
    if (const auto* added = std::get_if<parley::MessageAdded>(&event)) heard.push_back(added->message.text);
  });
  auto bob_options = client_options("bob", time, bobs_tokens);
  bob_options.endpoint = parley::Endpoint::stream(service.in_process());
  parley::Client bob(runtime, bob_options);

  time.get(alice.async_connect(use_future)).value();
  time.get(bob.async_connect(use_future)).value();
  const auto alices_lobby = time.get(alice.async_create_group_channel("lobby", use_future)).value();
  const auto bobs_lobby = time.get(bob.async_join_channel("lobby", use_future)).value();
  time.advance(30min);
  ASSERT_EQ(alices_tokens, 1);

  // The lid closes: nothing reaches the laptop any more, and nobody has said goodbye.
  wifi.drop();
  laptop_time.suspend();
  std::vector<std::string> said;
  for (int i = 1; i <= 300; ++i) {
    said.push_back("message " + std::to_string(i));
    time.get(bobs_lobby.async_send_message(said.back(), use_future)).value();
    time.advance(108s);  // 300 times that are nine hours
  }
  EXPECT_TRUE(heard.empty());

  // The lid opens. The network is back, and the connection of last night is gone.
  laptop_time.resume();
  wifi.heal();
  wifi.cut_now();
  EXPECT_TRUE(time.advance_until([&] { return heard.size() == said.size(); }, 1min));
  time.advance(5min);  // nothing comes twice, and nothing more is asked for

  EXPECT_EQ(heard, said);
  EXPECT_EQ(alices_lobby.state()->unread.count, 300);
  EXPECT_TRUE(alices_lobby.state()->unread.exact);
  EXPECT_EQ(alices_tokens, 2);
}

}  // namespace
