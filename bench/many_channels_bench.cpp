// How long does a client with very many channels need until it is ready, and what does it cost? Peer: the
// official JavaScript client, bench/peers/js_client/many_channels.mjs. Run by bench/many_channels.sh.
//
//   many_channels_bench make WEBSOCKET_URL TOKEN COUNT    makes that many channels
//   many_channels_bench start WEBSOCKET_URL TOKEN [DIRECTORY]      prints one line: channels, ms until ready,
//   ms of
//                                                                  processor until then, resident KiB; with a
//                                                                  cache there
//   many_channels_bench offline WEBSOCKET_URL DIRECTORY IDENTITY   the same of a client that has nothing but
//   that cache

#include <unistd.h>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <deque>
#include <future>
#include <iostream>
#include <string>
#include <vector>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

#include "bench/support/wire.hpp"

namespace {

using boost::asio::use_future;
using Milliseconds = std::chrono::duration<double, std::milli>;

void make(parley::Client& client, int count) {
  std::deque<std::future<parley::Result<parley::Channel>>> pending;
  for (int i = 0; i < count; ++i) {
    pending.push_back(
        client.async_create_group_channel(std::to_string(count) + "-" + std::to_string(i), use_future));
    if (pending.size() < 50) continue;
    pending.front().get().value();
    pending.pop_front();
  }
  for (auto& one : pending) one.get().value();
}

using Clock = std::chrono::steady_clock;

void report(const parley::Client& client, Clock::time_point start) {
  const Milliseconds ready = Clock::now() - start;
  const double processor = 1e3 * parley::bench::busy_s(getpid());
  std::cout << client.channels().size() << " " << ready.count() << " " << processor << " "
            << parley::bench::resident_kib(getpid()) << std::endl;
}

// Nobody has a token for it: what it shows is what the cache has.
void start_offline(const std::string& url, const std::string& directory, const std::string& identity) {
  const auto start = Clock::now();
  parley::Runtime runtime;
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(url);
  options.cache = parley::CacheOptions::sqlite(directory, identity);
  parley::Client client(runtime, options);
  std::promise<void> restored;
  const auto events = client.on_event([&](const parley::Event& event) {
    if (std::holds_alternative<parley::CacheRestored>(event)) restored.set_value();
  });
  restored.get_future().wait();
  report(client, start);
}

parley::ClientOptions online(const std::string& url, const std::string& token) {
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(url);
  options.tokens = parley::fixed_token(token);
  options.timeouts.connect = std::chrono::minutes(5);
  return options;
}

void start_online(parley::ClientOptions options) {
  const auto start = Clock::now();
  parley::Runtime runtime;
  parley::Client client(runtime, std::move(options));
  client.async_connect(use_future).get().value();
  report(client, start);
  client.async_close(use_future).get().value();
}

void make(parley::ClientOptions options, int count) {
  parley::Runtime runtime;
  parley::Client client(runtime, std::move(options));
  client.async_connect(use_future).get().value();
  make(client, count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) {
    std::cerr << "usage: many_channels_bench make URL TOKEN COUNT | start URL TOKEN [DIRECTORY] | "
                 "offline URL DIRECTORY IDENTITY\n";
    return 2;
  }
  if (arguments[0] == "offline") return start_offline(arguments[1], arguments[2], arguments.at(3)), 0;
  auto options = online(arguments[1], arguments[2]);
  if (arguments[0] == "make") return make(std::move(options), std::stoi(arguments.at(3))), 0;
  if (arguments.size() > 3) options.cache = parley::CacheOptions::sqlite(arguments[3]);
  start_online(std::move(options));
}
