// durable_sender URL TOKEN DIRECTORY ROUND: a client of alice's with a cache that sends "ROUND.1", "ROUND.2",
// ... to the channel "room" until it is killed. Writes a line for each event of a message, at once. With
// ROUND 0 it sends nothing of its own, and ends when all that was left is sent.
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <deque>
#include <future>
#include <iostream>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

namespace {

using boost::asio::use_future;

constexpr std::size_t kInFlight = 16;

parley::ClientOptions options_of(char** arguments) {
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(arguments[1]);
  options.tokens = parley::fixed_token(arguments[2]);
  options.retry = {.min = std::chrono::milliseconds(50), .max = std::chrono::milliseconds(200)};
  options.cache = parley::CacheOptions::sqlite(arguments[3], "alice");
  return options;
}

void tell(const parley::Event& event) {
  if (const auto* pending = std::get_if<parley::MessagePending>(&event))
    std::cout << "pending " << pending->message.text << std::endl;
  if (const auto* sent = std::get_if<parley::MessageSent>(&event))
    std::cout << "sent " << sent->message.text << std::endl;
  if (const auto* failed = std::get_if<parley::MessageFailed>(&event))
    std::cout << "failed " << failed->message.text << ": " << failed->message.error->to_string() << std::endl;
}

parley::Channel room_of(parley::Client& client) {
  auto room = client.async_join_channel("room", use_future).get();
  if (!room && room.error().code == parley::Errc::not_found)
    room = client.async_create_group_channel("room", use_future).get();
  return room.value();
}

[[noreturn]] void send_for_ever(const parley::Channel& room, const std::string& round) {
  std::deque<std::future<parley::Result<parley::Message>>> in_flight;
  for (int number = 1;; ++number) {
    in_flight.push_back(
        room.async_send_message(parley::NewMessage(round + "." + std::to_string(number)), use_future));
    if (in_flight.size() < kInFlight) continue;
    in_flight.front().wait();
    in_flight.pop_front();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return EXIT_FAILURE;
  try {
    parley::Runtime runtime;
    parley::Client client(runtime, options_of(arguments));
    const auto events = client.on_event(tell);
    client.async_connect(use_future).get().value();
    const std::string round = arguments[4];
    if (round != "0") send_for_ever(room_of(client), round);
    client.async_flush(std::chrono::seconds(30), use_future).get().value();
    client.async_close(use_future).get().value();
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cout << error.what() << std::endl;
    return EXIT_FAILURE;
  }
}
