// A program with the cache: with_cache URL TOKEN. A message goes through it, and the next client forgets it.
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>
#include <iostream>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

namespace {

using boost::asio::use_future;

void run(const parley::ClientOptions& options) {
  parley::Runtime runtime;
  {
    std::promise<std::string> pending;
    parley::Client client(runtime, options);
    const auto events = client.on_event([&](const parley::Event& event) {
      if (const auto* told = std::get_if<parley::MessagePending>(&event))
        pending.set_value(told->message.text);
    });
    client.async_connect(use_future).get().value();
    auto lobby = client.async_create_group_channel("cached lobby", use_future).get().value();
    lobby.async_send_message("hello", [](const auto&) {});
    if (pending.get_future().get() != "hello") throw std::runtime_error("another message is pending");
    client.async_flush(std::chrono::seconds(10), use_future).get().value();
    client.async_close(use_future).get().value();
  }
  parley::Client client(runtime, options);
  client.async_connect(use_future).get().value();
  client.async_forget(use_future).get().value();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const auto directory = std::filesystem::temp_directory_path() / "parley consumer's cache";
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(arguments[1]);
  options.tokens = parley::fixed_token(arguments[2]);
  options.cache = parley::CacheOptions::sqlite(directory.string(), "consumer");
  try {
    run(options);
    std::filesystem::remove_all(directory);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "with_cache: " << error.what() << std::endl;
    return 1;
  }
}
