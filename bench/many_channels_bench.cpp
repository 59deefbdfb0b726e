// How long does a client with very many channels need until it is ready, and what does it cost? Peer: the
// official JavaScript client, bench/peers/js_client/many_channels.mjs. Run by bench/many_channels.sh.
//
//   many_channels_bench make WEBSOCKET_URL TOKEN COUNT    makes that many channels
//   many_channels_bench start WEBSOCKET_URL TOKEN         prints one line: channels, ms until ready,
//                                                         ms of processor until then, resident KiB

#include <unistd.h>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <deque>
#include <future>
#include <iostream>
#include <string>

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

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (argc != (what == "make" ? 5 : 4)) {
    std::cerr << "usage: many_channels_bench make URL TOKEN COUNT | start URL TOKEN\n";
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  parley::Runtime runtime;
  parley::Client client(runtime, {.endpoint = parley::Endpoint::service(argv[2]),
                                  .tokens = parley::fixed_token(argv[3]),
                                  .timeouts = {.connect = std::chrono::minutes(5)}});
  client.async_connect(use_future).get().value();
  if (what == "make") return make(client, std::stoi(argv[4])), 0;
  const Milliseconds ready = std::chrono::steady_clock::now() - start;
  const double processor = 1e3 * parley::bench::busy_s(getpid());
  std::cout << client.channels().size() << " " << ready.count() << " " << processor << " "
            << parley::bench::resident_kib(getpid()) << std::endl;
}
