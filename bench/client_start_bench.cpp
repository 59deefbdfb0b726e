// How long does one client need from the start of the process to "connected", and how much memory does it
// hold when idle? Peer: the official JavaScript client, bench/peers/js_client. Run by bench/client_start.sh.
//
// Prints one line: milliseconds from main() to connected, resident KiB while idle.

#include <unistd.h>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include <parley/parley.hpp>

#include "bench/support/wire.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: client_start_bench WEBSOCKET_URL TOKEN\n";
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  parley::Runtime runtime;
  parley::Client client(
      runtime, {.endpoint = parley::Endpoint::service(argv[1]), .tokens = parley::fixed_token(argv[2])});
  client.async_connect(boost::asio::use_future).get().value();
  const std::chrono::duration<double, std::milli> connected = std::chrono::steady_clock::now() - start;
  std::this_thread::sleep_for(std::chrono::seconds(2));  // idle is what is measured
  std::cout << connected.count() << " " << parley::bench::resident_kib(getpid()) << std::endl;
}
