// How fast does one client send and fetch a large file, and how much memory does it need for that? Peer:
// curl, on the same service. Run by bench/transfers.sh.
//
//   transfers_bench URL TOKEN CHANNEL up FILE       makes the channel and sends the file
//   transfers_bench URL TOKEN CHANNEL down SID FILE
//
// Prints one line: seconds, resident KiB before, resident KiB at most; of an upload also the SID and a link.

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/use_future.hpp>
#include <chrono>
#include <iostream>
#include <string>

#include <parley/parley.hpp>

#include "bench/support/wire.hpp"

namespace {

using boost::asio::use_future;

long most_resident_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// Runs `transfer` and prints what it took.
template <class Transfer>
void measure(Transfer transfer) {
  const long before = parley::bench::resident_kib(getpid());
  const auto start = std::chrono::steady_clock::now();
  transfer();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::cout << time.count() << " " << before << " " << most_resident_kib();
}

void upload(parley::Client& client, const std::string& name, const std::string& path) {
  const auto channel = client.async_create_group_channel({name}, use_future).get().value();
  parley::NewMessage message("file");
  message.files.push_back(parley::NewFile::from_path(path));
  std::string sid;
  measure([&] { sid = channel.async_send_message(message, use_future).get().value().media.at(0).sid; });
  std::cout << " " << sid << " " << channel.async_media_url(sid, use_future).get().value();
}

void download(parley::Client& client, const std::string& name, const std::string& sid,
              const std::string& path) {
  const auto channel = client.async_channel(name, use_future).get().value();
  measure([&] { channel.async_download({sid, path}, use_future).get().value(); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 4 ? argv[4] : "";
  if (!(mode == "up" && argc == 6) && !(mode == "down" && argc == 7)) {
    std::cerr << "usage: transfers_bench WEBSOCKET_URL TOKEN CHANNEL up FILE | down SID FILE\n";
    return 2;
  }
  parley::Runtime runtime;
  parley::Client client(
      runtime, {.endpoint = parley::Endpoint::service(argv[1]), .tokens = parley::fixed_token(argv[2])});
  client.async_connect(use_future).get().value();
  mode == "up" ? upload(client, argv[3], argv[5]) : download(client, argv[3], argv[5], argv[6]);
  std::cout << std::endl;
}
