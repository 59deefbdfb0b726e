// Enters the channel "lobby", makes it if nobody did, says hello and prints what others say until Enter.
#include <boost/asio/use_future.hpp>
#include <iostream>
#include <parley/parley.hpp>

using boost::asio::use_future;

int main(int argc, char** argv) try {
  const std::string user = argc > 1 ? argv[1] : "alice";
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service("ws://127.0.0.1:4010/v3/wsconnect");
  options.tokens = parley::token_endpoint({.url = "http://127.0.0.1:4000/v1/token", .user = user});

  parley::Runtime runtime;
  parley::Client client(runtime, options);
  const auto events = client.on_event([](const parley::Event& event) {
    if (const auto* added = std::get_if<parley::MessageAdded>(&event))
      std::cout << added->message.author << ": " << added->message.text << std::endl;
  });
  client.async_connect(use_future).get().value();

  auto lobby = client.async_join_channel("lobby", use_future).get();
  if (!lobby && lobby.error().code == parley::Errc::not_found)
    lobby = client.async_create_group_channel("lobby", use_future).get();
  const parley::Channel channel = lobby.value();
  std::cout << channel.unread().count << " unread in " << channel.name() << std::endl;
  channel.async_send_message("hello from " + user, use_future).get().value();
  channel.async_set_all_read(use_future).get().value();

  std::cin.get();
  client.async_close(use_future).get().value();
} catch (const parley::Exception& failure) {
  std::cerr << failure.what() << std::endl;
  return 1;
}
