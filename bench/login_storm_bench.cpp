// What does it cost the service when many clients connect at once, each from nothing to ready?
//
// usage: login_storm_bench PORT PID CLIENTS CHANNELS
// First makes conversations of ten so that every user is in CHANNELS of them. Then all connect at once and do
// what the official client does. Prints: SECONDS_UNTIL_ALL_READY, milliseconds of process PID on a processor
// per client, and conversations per client on average.

#include <iostream>

#include "bench/support/chat_client.hpp"

namespace {

using namespace parley::bench;

constexpr int kMembers = 10;

std::string user(int number) { return "storm" + std::to_string(number); }

// In each round every user is in one conversation: the users of a block of ten are spread over ten blocks by
// a step that grows with the round, so that everybody meets ever new company.
void make_conversations(Loop& loop, std::uint16_t port, int clients, int channels) {
  for (int first = 0; first < clients; first += kMembers) {
    ChatClient maker(loop, port, user(first));
    maker.await_ready();
    for (int round = 0; round < channels; ++round) {
      std::vector<std::string> others;
      for (int i = 1; i < kMembers; ++i) others.push_back(user((first + i + i * round * kMembers) % clients));
      maker.make_conversation(others);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) fail("usage: login_storm_bench PORT PID CLIENTS CHANNELS");
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  const int pid = std::stoi(argv[2]), clients = std::stoi(argv[3]), channels = std::stoi(argv[4]);
  Loop loop;
  make_conversations(loop, port, clients, channels);
  const double busy_before = busy_s(pid), start = now_s();
  std::vector<std::unique_ptr<ChatClient>> storm;
  for (int i = 0; i < clients; ++i) storm.push_back(std::make_unique<ChatClient>(loop, port, user(i)));
  std::vector<bool> asked(storm.size());
  std::size_t ready = 0;
  while (ready < storm.size()) {
    loop.poll(100);
    ready = 0;
    for (std::size_t i = 0; i < storm.size(); ++i) {
      if (!asked[i] && storm[i]->ready()) storm[i]->log_in(), asked[i] = true;
      if (storm[i]->logged_in()) ++ready;
    }
    if (now_s() - start > 300) fail("not all became ready");
  }
  const double elapsed = now_s() - start;
  std::size_t joined = 0;
  for (const auto& client : storm) joined += client->conversations().size();
  std::cout << elapsed << ' ' << (busy_s(pid) - busy_before) * 1000 / clients << ' ' << joined / storm.size()
            << std::endl;
  std::_Exit(0);
}
