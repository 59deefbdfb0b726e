// Does the service stay as it is under many clients for long?
//
// usage: chat_soak_bench PORT PID CLIENTS SECONDS
// Conversations of ten; every client sends about every ten seconds, and every tenth of a second one leaves
// and another takes its place. Prints what happened; fails on any error, on a message that somebody did not
// get, and if resident memory grows by more than a tenth (and 8 MiB) between the first quarter and the end.

#include <algorithm>
#include <iostream>

#include "bench/support/chat_client.hpp"
#include "bench/support/flat_memory.hpp"

namespace {

using namespace parley::bench;

constexpr int kMembers = 10;

std::string user(int number) { return "soak" + std::to_string(number); }

class Soak {
 public:
  Soak(std::uint16_t port, int clients) : port_(port), clients_(static_cast<std::size_t>(clients)) {
    for (int first = 0; first < clients; first += kMembers) {
      ChatClient maker(loop_, port, user(first));
      maker.await_ready();
      std::vector<std::string> others;
      for (int i = 1; i < kMembers; ++i) others.push_back(user(first + i));
      conversations_.push_back(maker.make_conversation(others));
    }
    for (int i = 0; i < clients; ++i) connect(static_cast<std::size_t>(i));
  }

  void run(double seconds) {
    const double end = now_s() + seconds;
    double next_send = now_s(), next_change = next_send;
    const double gap = 10.0 / static_cast<double>(clients_.size());
    while (now_s() < end) {
      for (; next_send < now_s(); next_send += gap) send();
      for (; next_change < now_s(); next_change += 0.1) connect(turn_ * 7 % clients_.size());
      loop_.poll(1);
    }
    loop_.run_until([this] { return acknowledged_ == sent_; }, "the last answers");
  }

  std::size_t sent() const { return sent_; }
  std::size_t changes() const { return changes_; }
  std::size_t notifications() const {
    std::size_t total = past_notifications_;
    for (const auto& client : clients_) total += client->notifications();
    return total;
  }

 private:
  void connect(std::size_t number) {
    auto& place = clients_[number];
    if (place) {
      if (place->waiting() != 0) return;  // its answers shall not be lost
      past_notifications_ += place->notifications();
      ++changes_;
    }
    place = std::make_unique<ChatClient>(loop_, port_, user(static_cast<int>(number)));
    place->await_ready();
    place->log_in();
    loop_.run_until([&] { return place->logged_in(); }, "the log-in");
  }

  void send() {
    const std::size_t number = turn_++ % clients_.size();
    ++sent_;
    clients_[number]->request(
        "POST", service_path() + "/Conversations/" + conversations_[number / kMembers] + "/Messages",
        R"({"body":"soaking"})", [this](const TwilsockWire::Answer& answer) {
          if (answer.status != 201) fail("send: " + std::string(answer.body));
          ++acknowledged_;
        });
  }

  Loop loop_;
  std::uint16_t port_;
  std::vector<std::string> conversations_;
  std::vector<std::unique_ptr<ChatClient>> clients_;
  std::size_t turn_ = 0, sent_ = 0, acknowledged_ = 0, changes_ = 0, past_notifications_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) fail("usage: chat_soak_bench PORT PID CLIENTS SECONDS");
  const int pid = std::stoi(argv[2]);
  const double seconds = std::stod(argv[4]);
  Soak soak(static_cast<std::uint16_t>(std::stoi(argv[1])), std::stoi(argv[3]));
  soak.run(seconds / 4);
  const FlatMemory memory(pid);
  soak.run(seconds * 3 / 4);
  const long late = memory.check();
  std::cout << argv[3] << " clients, " << soak.sent() << " messages, " << soak.notifications()
            << " notifications, " << soak.changes() << " log-ins; resident " << memory.before()
            << " KiB after a quarter, " << late << " KiB at the end" << std::endl;
  // Each message is two events (list and document) for the ten who watch; who logs in at that moment may miss
  // one.
  if (soak.notifications() < soak.sent() * kMembers * 2 * 98 / 100) fail("events are missing");
  std::_Exit(0);
}
