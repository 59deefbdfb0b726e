// How many sends per second does the service acknowledge on a SQLite file, each after its commit?
// One sender against many shows what group commit brings.
//
// usage: durable_sends_bench DATABASE_FILE SENDERS SECONDS
// Every sender is a client of the SDK over a real socket, with one send in flight.

#include <algorithm>
#include <atomic>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <parley/parley.hpp>

#include "chat_service/service.hpp"
#include "common/protocol/token/access_token.hpp"

namespace {

using namespace parley;
using boost::asio::use_future;
using Steady = std::chrono::steady_clock;

constexpr const char* kServiceSid = "IS00000000000000000000000000000003";

const token::ApiKey& key() {
  static const token::ApiKey key{"AC00000000000000000000000000000001", "SK00000000000000000000000000000002",
                                 "bench secret"};
  return key;
}

std::string token_for(const std::string& identity) {
  token::TokenSpec spec;
  spec.identity = identity;
  spec.grants = {token::ChatGrant{.service_sid = kServiceSid}};
  return token::mint(key(), spec, system_clock().wall_now()).value();
}

// Sends the next message when the last one was acknowledged, until told to stop.
class Sender {
 public:
  Sender(Runtime& runtime, const std::string& url, int number)
      : client_(runtime, {.endpoint = Endpoint::service(url),
                          .tokens = fixed_token(token_for("sender" + std::to_string(number)))}) {
    client_.async_connect(use_future).get().value();
    channel_ =
        client_.async_create_group_channel({"bench" + std::to_string(number)}, use_future).get().value();
  }

  void start() { send(); }
  std::atomic<bool> running{true};
  std::vector<double> latencies_ms;

 private:
  void send() {
    const auto start = Steady::now();
    channel_.async_send_message(
        {"a message of a usual length, say sixty bytes of plain text."},
        [this, start](const Result<Message>& stored) {
          if (!stored) std::abort();
          latencies_ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - start).count());
          if (running) send();
        });
  }

  Client client_;
  Channel channel_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: durable_sends_bench DATABASE_FILE SENDERS SECONDS\n";
    return 2;
  }
  ServiceOptions options;
  options.database = argv[1];
  options.account_sid = key().account_sid;
  options.chat_service_sid = kServiceSid;
  options.keys = token::KeyRing(key());
  Service service(std::move(options));
  service.start().value();

  Runtime runtime;
  std::vector<std::unique_ptr<Sender>> senders;
  for (int i = 0; i < std::stoi(argv[2]); ++i)
    senders.push_back(std::make_unique<Sender>(runtime, service.url(), i));
  const auto start = Steady::now();
  for (auto& sender : senders) sender->start();
  std::this_thread::sleep_for(std::chrono::seconds(std::stoi(argv[3])));
  for (auto& sender : senders) sender->running = false;
  const std::chrono::duration<double> elapsed = Steady::now() - start;
  service.stop(std::chrono::seconds(1));

  std::vector<double> latencies;
  for (auto& sender : senders)
    latencies.insert(latencies.end(), sender->latencies_ms.begin(), sender->latencies_ms.end());
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double share) {
    return latencies[static_cast<std::size_t>(share * static_cast<double>(latencies.size() - 1))];
  };
  std::cout << senders.size()
            << " senders: " << static_cast<long>(static_cast<double>(latencies.size()) / elapsed.count())
            << " acknowledged sends/s, p50 " << at(0.5) << " ms, p99 " << at(0.99) << " ms" << std::endl;
  std::_Exit(0);  // the last sends are still in flight; their outcome is not measured
}
