// What do messages cost a client that receives or sends them, and does memory stay as it is? Peer: the
// official JavaScript client, bench/peers/js_client/messages.mjs, on the same service. The limit: one thread
// of the service, and one message of a channel under way at a time. Run by bench/sdk_vs_official.sh.
//
//   sdk_vs_official_bench make URL TOKEN PREFIX CHANNELS LISTENER       makes channels with that member
//   sdk_vs_official_bench say URL TOKEN PREFIX CHANNELS COUNT           says so many things in each
//   sdk_vs_official_bench receive URL TOKEN PREFIX CHANNELS COUNT       hears them: prints "ready", then ms
//   of processor
//                                                                       a message and resident KiB; fails on
//                                                                       a gap, a double, or memory that grows
//   sdk_vs_official_bench send URL TOKEN CHANNEL COUNT                  one after another: ms, ms of
//   processor sdk_vs_official_bench burst URL TOKEN CHANNEL COUNT                 all at once: the same;
//   fails if out of order

#include <unistd.h>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <vector>

#include <parley/parley.hpp>

#include "bench/support/flat_memory.hpp"
#include "bench/support/listener.hpp"

namespace {

using boost::asio::use_future;
using parley::bench::fail;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Channels = std::vector<parley::Channel>;

double processor_ms() { return 1e3 * parley::bench::busy_s(::getpid()); }

const std::string kText(100, 'x');

parley::ClientOptions options_for(const std::string& url, const std::string& token) {
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(url);
  options.tokens = parley::fixed_token(token);
  return options;
}

std::string name_of(const std::string& prefix, int number) { return prefix + "-" + std::to_string(number); }

void make(parley::Client& client, const std::string& prefix, int count, const std::string& listener) {
  for (int i = 0; i < count; ++i) {
    const auto channel = client.async_create_group_channel(name_of(prefix, i), use_future).get().value();
    channel.async_invite(listener, use_future).get().value();
  }
}

Channels open(parley::Client& client, const std::string& prefix, int count) {
  Channels channels;
  for (int i = 0; i < count; ++i)
    channels.push_back(client.async_channel(name_of(prefix, i), use_future).get().value());
  return channels;
}

// A message in each channel, then the next: as many under way as there are channels.
void say(const Channels& channels, int count) {
  for (int i = 0; i < count; ++i) {
    std::vector<std::future<parley::Result<parley::Message>>> sent;
    for (const auto& channel : channels) sent.push_back(channel.async_send_message({kText}, use_future));
    for (auto& one : sent) one.get().value();
  }
}

void receive(parley::Client& client, const std::string& prefix, int channels, int count) {
  const auto all = static_cast<std::size_t>(channels * count);
  parley::bench::Listener listener(client);
  open(client, prefix, channels);
  std::cout << "ready" << std::endl;
  const double before = processor_ms();
  listener.wait_for(all / 4);
  const parley::bench::FlatMemory memory(::getpid());
  listener.wait_for(all);
  const long resident = memory.check();
  std::cout << (processor_ms() - before) / static_cast<double>(all) << " " << resident << std::endl;
}

void send(const parley::Channel& channel, int count) {
  for (int i = 0; i < count; ++i) channel.async_send_message({kText}, use_future).get().value();
}

void burst(const parley::Channel& channel, int count) {
  std::vector<std::future<parley::Result<parley::Message>>> sent;
  for (int i = 0; i < count; ++i) sent.push_back(channel.async_send_message({kText}, use_future));
  std::int64_t index = 0;
  for (auto& one : sent)
    if (one.get().value().index != index++) fail("out of order");
}

template <class Work>
void measured(const Work& work) {
  const auto start = Clock::now();
  const double before = processor_ms();
  work();
  std::cout << Milliseconds(Clock::now() - start).count() << " " << processor_ms() - before << std::endl;
}

void run(parley::Client& client, const std::vector<std::string>& arguments) {
  const std::string &what = arguments[0], &name = arguments[3];
  const int number = std::stoi(arguments[4]);
  if (what == "make") return make(client, name, number, arguments.at(5));
  if (what == "say") return say(open(client, name, number), std::stoi(arguments.at(5)));
  if (what == "receive") return receive(client, name, number, std::stoi(arguments.at(5)));
  const auto channel = client.async_create_group_channel(name, use_future).get().value();
  if (what == "send") return measured([&] { send(channel, number); });
  if (what == "burst") return measured([&] { burst(channel, number); });
  fail("unknown: " + what);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 5) return std::cerr << "usage: see the head of the source\n", 2;
  parley::Runtime runtime;
  parley::Client client(runtime, options_for(arguments[1], arguments[2]));
  client.async_connect(use_future).get().value();
  run(client, arguments);
  client.async_close(use_future).get().value();
}
