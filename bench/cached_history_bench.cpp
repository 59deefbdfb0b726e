// What does it cost to keep the messages of many channels in the cache, how soon are they there at a start,
// and what does a page of them cost? Peer: the same pages from the service. The limit: reading the file,
// whose size is bounded by CacheOptions::max_history_bytes. Run by bench/cached_history.sh.
//
//   cached_history_bench fill URL TOKEN CHANNELS MESSAGES [DIRECTORY]   makes channels, and as many messages
//   in
//                                                                      each; prints ms of processor a message
//   cached_history_bench offline URL DIRECTORY IDENTITY                prints ms until the channels are
//   there,
//                                                                      and the median of a page, in us
//   cached_history_bench online URL TOKEN DIRECTORY                    prints the medians of a page from the
//                                                                      service and of the same from the cache

#include <unistd.h>
#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <vector>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

#include "bench/support/wire.hpp"

namespace {

using boost::asio::use_future;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Microseconds = std::chrono::duration<double, std::micro>;
constexpr int kPages = 200;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values.at(values.size() / 2);
}

// The newest page of one channel after the other.
double page_us(const parley::Client& client) {
  std::vector<double> times;
  const auto channels = client.channels();
  for (int i = 0; i < kPages; ++i) {
    const auto start = Clock::now();
    const auto page = channels.at(static_cast<std::size_t>(i) % channels.size())
                          .async_get_messages({.page_size = 30}, use_future)
                          .get()
                          .value();
    times.push_back(Microseconds(Clock::now() - start).count());
    if (page.messages.size() != 30) throw std::runtime_error("a short page");
  }
  return median(std::move(times));
}

parley::ClientOptions options_for(const std::string& url, const std::string& token) {
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(url);
  options.tokens = parley::fixed_token(token);
  return options;
}

void fill(parley::ClientOptions options, int channels, int messages) {
  parley::Runtime runtime;
  parley::Client client(runtime, std::move(options));
  client.async_connect(use_future).get().value();
  std::vector<parley::Channel> made;
  for (int i = 0; i < channels; ++i)
    made.push_back(client
                       .async_create_group_channel(
                           "history-" + std::to_string(::getpid()) + "-" + std::to_string(i), use_future)
                       .get()
                       .value());
  const std::string text(100, 'x');
  const double before = parley::bench::busy_s(::getpid());
  for (int i = 0; i < messages; ++i) {
    std::vector<std::future<parley::Result<parley::Message>>> sent;
    for (const auto& channel : made) sent.push_back(channel.async_send_message({text}, use_future));
    for (auto& one : sent) one.get().value();
  }
  const double processor = 1e3 * (parley::bench::busy_s(::getpid()) - before);
  std::cout << processor / (channels * messages) << std::endl;
  client.async_close(use_future).get().value();
}

void offline(parley::ClientOptions options) {
  const auto start = Clock::now();
  parley::Runtime runtime;
  parley::Client client(runtime, std::move(options));
  std::promise<void> restored;
  const auto events = client.on_event([&](const parley::Event& event) {
    if (std::holds_alternative<parley::CacheRestored>(event)) restored.set_value();
  });
  restored.get_future().wait();
  const double ready = Milliseconds(Clock::now() - start).count();
  std::cout << ready << " " << page_us(client) << std::endl;
}

void online(parley::ClientOptions options) {
  parley::Runtime runtime;
  parley::Client client(runtime, std::move(options));
  client.async_connect(use_future).get().value();
  for (const auto& channel : client.channels()) client.async_channel(channel.sid(), use_future).get().value();
  const double service = page_us(client);
  std::cout << service << " " << page_us(client) << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4) return std::cerr << "usage: see the head of the source\n", 2;
  if (arguments[0] == "offline") {
    auto options = options_for(arguments[1], "");
    options.tokens = {};
    options.cache = parley::CacheOptions::sqlite(arguments[2], arguments[3]);
    return offline(std::move(options)), 0;
  }
  auto options = options_for(arguments[1], arguments[2]);
  const std::size_t directory = arguments[0] == "fill" ? 5 : 3;
  if (arguments.size() > directory) options.cache = parley::CacheOptions::sqlite(arguments[directory]);
  if (arguments[0] == "online") return online(std::move(options)), 0;
  fill(std::move(options), std::stoi(arguments[3]), std::stoi(arguments.at(4)));
}
