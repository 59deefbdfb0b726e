// A program of somebody else. Uses what needs every installed library, and no network: the token is refused
// before anything is dialled.
#include <boost/asio/use_future.hpp>
#include <iostream>
#include <parley/parley.hpp>

int main() {
  parley::Runtime runtime;
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service("ws://127.0.0.1:9/v3/wsconnect");
  options.tokens = parley::fixed_token("not a token");
  parley::Client client(runtime, std::move(options));
  const auto connected = client.async_connect(boost::asio::use_future).get();
  std::cout << "parley " << parley::kVersion << ": "
            << (connected ? "connected" : connected.error().to_string()) << std::endl;
  const bool refused = !connected && connected.error().code == parley::Errc::invalid_token;
  return refused && parley::direct_channel_name("b", "a") == "a#b" ? 0 : 1;
}
