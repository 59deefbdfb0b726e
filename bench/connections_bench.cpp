// How soon is a client of the SDK back after the service was away, how soon does it notice that the service
// is half dead, and what does it cost while nothing happens? Peer: the official JavaScript client,
// bench/peers/js_client/outage.mjs. Run by bench/connections.sh.
//
//   connections_bench outage URL asks|waits TOKENS...   a client for each token
//   connections_bench silence URL TOKEN SERVICE_PID
//   connections_bench idle URL TOKEN SECONDS
//
// `outage` prints "ready" when all are connected and have a channel, then waits for a line: the service was
// away and is back. Each client sends a message, and with `asks` says reconnect_now() first. Prints the
// median and the longest time until it is stored, in ms. `silence` stops the service while a message is sent,
// and prints ms until the client has left the connection and until the message was stored, which is not sent
// twice. `idle` prints how often a thread of the process woke up in that time, and resident KiB.

#include <signal.h>
#include <unistd.h>
#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <parley/parley.hpp>

#include "bench/support/wire.hpp"

namespace {

using boost::asio::use_future;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Now = std::chrono::steady_clock;

parley::ClientOptions options(const std::string& url, const std::string& token) {
  return {.endpoint = parley::Endpoint::service(url), .tokens = parley::fixed_token(token)};
}

double since(Now::time_point start) { return Milliseconds(Now::now() - start).count(); }

struct User {
  User(parley::Runtime& runtime, const std::string& url, const std::string& token)
      : client(runtime, options(url, token)) {
    client.async_connect(use_future).get().value();
    const auto name = "outage " + std::to_string(::getpid()) + " " + client.identity();
    channel = client.async_create_group_channel(name, use_future).get().value();
  }

  parley::Client client;
  parley::Channel channel;
};

int outage(const std::string& url, bool asks, const std::vector<std::string>& tokens) {
  parley::Runtime runtime;
  std::vector<std::unique_ptr<User>> users;
  for (const auto& token : tokens) users.push_back(std::make_unique<User>(runtime, url, token));
  std::cout << "ready" << std::endl;
  std::string line;
  if (!std::getline(std::cin, line)) return 1;
  const auto back = Now::now();
  std::vector<std::promise<double>> stored(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (asks) users[i]->client.reconnect_now();
    users[i]->channel.async_send_message("first", [&stored, i, back](parley::Result<parley::Message> sent) {
      sent.value();
      stored[i].set_value(since(back));
    });
  }
  std::vector<double> times;
  for (auto& one : stored) times.push_back(one.get_future().get());
  std::sort(times.begin(), times.end());
  std::cout << times[times.size() / 2] << " " << times.back() << std::endl;
  return 0;
}

int silence(const std::string& url, const std::string& token, pid_t service) {
  parley::Runtime runtime;
  User user(runtime, url, token);
  std::promise<double> left;
  bool told = false;
  ::kill(service, SIGSTOP);
  const auto start = Now::now();
  const auto events = user.client.on_event([&](const parley::Event& event) {
    const auto* changed = std::get_if<parley::ConnectionChanged>(&event);
    if (!changed || changed->status.state == parley::ConnectionState::connected || told) return;
    told = true;
    left.set_value(since(start));
  });
  auto sent = user.channel.async_send_message("unanswered", use_future);
  const double noticed = left.get_future().get();
  ::kill(service, SIGCONT);
  sent.get().value();
  std::cout << noticed << " " << since(start) << std::endl;
  return 0;
}

long wake_ups() {
  long sum = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("voluntary_ctxt_switches:")) sum += std::stol(line.substr(line.find(':') + 1));
  }
  return sum;
}

int idle(const std::string& url, const std::string& token, int seconds) {
  parley::Runtime runtime;
  parley::Client client(runtime, options(url, token));
  client.async_connect(use_future).get().value();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const long before = wake_ups();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  const long own = 1;  // the sleep of this thread
  std::cout << wake_ups() - before - own << " " << parley::bench::resident_kib(::getpid()) << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 4 && words[0] == "outage")
    return outage(words[1], words[2] == "asks", {words.begin() + 3, words.end()});
  if (words.size() == 4 && words[0] == "silence") return silence(words[1], words[2], std::stoi(words[3]));
  if (words.size() == 4 && words[0] == "idle") return idle(words[1], words[2], std::stoi(words[3]));
  std::cerr << "usage: connections_bench outage|silence|idle URL ...\n";
  return 2;
}
