// A program of somebody else that brings its own chat service, a clock that it moves and a network that
// fails.
#include <boost/asio/use_future.hpp>
#include <chat_service/service.hpp>
#include <chat_service/testing/faulty_pipe.hpp>
#include <common/protocol/token/access_token.hpp>
#include <iostream>
#include <parley/parley.hpp>
#include <parley/testing/manual_clock.hpp>
#include <parley/testing/seeded_random.hpp>

namespace {

using boost::asio::use_future;

constexpr const char* kService = "IS00000000000000000000000000000003";

parley::token::ApiKey key() {
  return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", "a secret"};
}

parley::ClientOptions options_for(const parley::testing::FaultyPipe& pipe, const parley::Clock& time) {
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::stream(pipe.listener());
  options.seams.clock = &time;
  options.tokens = [&time](auto, const parley::TokenReply& reply) {
    parley::token::TokenSpec spec;
    spec.identity = "alice";
    spec.grants = {parley::token::ChatGrant{.service_sid = kService}};
    reply(parley::token::mint(key(), spec, time.wall_now()));
  };
  return options;
}

int fail(const std::string& why) {
  std::cerr << why << std::endl;
  return 1;
}

}  // namespace

int main() {
  parley::testing::ManualClock time;
  parley::SeededRandom random(1);
  parley::ServiceOptions options;
  options.tenants = {
      {.account_sid = key().account_sid, .service_sid = kService, .keys = parley::token::KeyRing(key())}};
  options.seams = {.clock = &time, .random = &random};
  parley::Service service(std::move(options));
  const auto address = service.start();
  if (!address) return fail(address.error().message);
  std::cout << service.url() << std::endl;

  const auto relay = parley::testing::FaultyPipe::relay_to(*address, time);
  if (!relay) return fail(relay.error().message);
  auto pipe = parley::testing::FaultyPipe::in_front_of(service.in_process(), time);
  parley::Runtime runtime;
  parley::Client alice(runtime, options_for(pipe, time));
  if (const auto connected = time.get(alice.async_connect(use_future)); !connected)
    return fail(connected.error().message);
  pipe.cut_now();
  time.advance(std::chrono::hours(9));
  if (alice.status().state != parley::ConnectionState::connected) return fail("alice did not come back");
  service.stop(std::chrono::seconds(1));
  return 0;
}
