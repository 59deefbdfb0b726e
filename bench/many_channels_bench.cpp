// How long does a client with very many channels need until it is ready, and what does it cost? Peer: the
// official JavaScript client, bench/peers/js_client/many_channels.mjs. Run by bench/many_channels.sh.
//
//   many_channels_bench make WEBSOCKET_URL TOKEN COUNT    makes that many channels
//   many_channels_bench start WEBSOCKET_URL TOKEN         prints one line: channels, milliseconds until
//   ready,
//                                                         milliseconds of processor until then, resident KiB

#include <sys/resource.h>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <deque>
#include <fstream>
#include <future>
#include <iostream>
#include <string>

#include <parley/parley.hpp>

namespace {

using boost::asio::use_future;
using Milliseconds = std::chrono::duration<double, std::milli>;

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

double processor_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

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
  const double processor = processor_ms();
  std::cout << client.channels().size() << " " << ready.count() << " " << processor << " " << resident_kib()
            << std::endl;
}
