#include "chat.hpp"

#include <boost/asio/use_future.hpp>
#include <future>
#include <iostream>
#include <parley/parley.hpp>
#include <string>

namespace {

using boost::asio::use_future;

void say_hello_and_hear_it(parley::Client& client) {
  std::promise<std::string> heard;
  const auto events = client.on_event([&](const parley::Event& event) {
    if (const auto* added = std::get_if<parley::MessageAdded>(&event)) heard.set_value(added->message.text);
  });
  client.async_connect(use_future).get().value();
  const auto lobby =
      client.async_create_group_channel("lobby of " + client.identity(), use_future).get().value();
  lobby.async_send_message("hello", use_future).get().value();
  if (heard.get_future().get() != "hello") throw std::runtime_error("heard something else");
  client.async_close(use_future).get().value();
}

}  // namespace

int chat(const char* url, const char* token) {
  try {
    parley::Runtime runtime;
    parley::ClientOptions options;
    options.endpoint = parley::Endpoint::service(url);
    options.tokens = parley::fixed_token(token);
    parley::Client client(runtime, std::move(options));
    say_hello_and_hear_it(client);
    return 0;
  } catch (const parley::Exception& error) {
    std::cerr << "chat: " << error.error().to_string() << std::endl;
  } catch (const std::exception& error) {
    std::cerr << "chat: " << error.what() << std::endl;
  }
  return 1;
}
