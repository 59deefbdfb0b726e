// What does one user's allowed worst cost another?
//
// usage: noisy_neighbour_bench modes
//        noisy_neighbour_bench prepare PORT MESSAGES    a conversation "long" of the attacker
//        noisy_neighbour_bench attack MODE PORT         until it is ended
//        noisy_neighbour_bench honest PORT SECONDS      one send a second
// The honest user prints p50, p99 and the longest time of an acknowledgement, then of the delivery to a second client, in
// milliseconds.

#include <algorithm>
#include <iostream>

#include "bench/noisy_neighbour/attacker.hpp"

namespace {

using namespace parley::bench;

// Notes when a notification came.
class Receiver final : public ChatClient {
 public:
  using ChatClient::ChatClient;
  std::size_t delivered() const { return delivered_; }
  double last_delivery() const { return last_; }

 private:
  void on_notification(std::string_view packet) override {
    ChatClient::on_notification(packet);
    if (packet.find("honest word") == packet.npos) return;
    ++delivered_;
    last_ = now_s();
  }

  std::size_t delivered_ = 0;
  double last_ = 0;
};

void prepare(std::uint16_t port, int messages) {
  Loop loop;
  ChatClient maker(loop, port, "mallory");
  maker.await_ready();
  maker.ask("POST", service_path() + "/Conversations", R"({"unique_name":"long"})");
  maker.ask("POST", service_path() + "/Conversations/long/Participants", R"({"identity":"mallory"})");
  for (int i = 0; i < messages; ++i) {
    maker.tell("POST", service_path() + "/Conversations/long/Messages", R"({"body":"x"})");
    if (maker.waiting() >= 200) loop.run_until([&] { return maker.waiting() < 100; }, "sends");
  }
  maker.await_answers();
}

void print(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const auto at = [&](double share) {
    return seconds[std::min(seconds.size() - 1, static_cast<std::size_t>(share * static_cast<double>(seconds.size())))];
  };
  std::cout << at(0.5) * 1000 << ' ' << at(0.99) * 1000 << ' ' << seconds.back() * 1000 << ' ';
}

void honest(std::uint16_t port, int count) {
  Loop loop;
  ChatClient alice(loop, port, "alice");
  Receiver bob(loop, port, "bob");
  alice.await_ready();
  bob.await_ready();
  const auto sid = alice.make_conversation({"bob"});
  bob.log_in();
  loop.run_until([&] { return bob.logged_in(); }, "the receiver");
  std::vector<double> acknowledged, delivered;
  const double begin = now_s();
  for (int i = 0; i < count; ++i) {
    while (now_s() < begin + i) loop.poll(static_cast<int>((begin + i - now_s()) * 1000) + 1);
    const double sent = now_s();
    double answered = 0;
    const auto before = bob.delivered();
    alice.request("POST", service_path() + "/Conversations/" + sid + "/Messages", R"({"body":"honest word"})",
                  [&](const TwilsockWire::Answer& answer) {
                    if (answer.status != 201) fail("not sent: " + std::string(answer.body));
                    answered = now_s();
                  });
    loop.run_until([&] { return answered > 0 && bob.delivered() > before; }, "an honest message", 120);
    acknowledged.push_back(answered - sent);
    delivered.push_back(bob.last_delivery() - sent);
  }
  print(acknowledged);
  print(delivered);
  std::cout << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "modes")
    for (const auto& mode : attack_modes()) std::cout << mode << std::endl;
  else if (what == "prepare" && argc == 4)
    prepare(static_cast<std::uint16_t>(std::stoi(argv[2])), std::stoi(argv[3]));
  else if (what == "attack" && argc == 4)
    attack(argv[2], static_cast<std::uint16_t>(std::stoi(argv[3])));
  else if (what == "honest" && argc == 4)
    honest(static_cast<std::uint16_t>(std::stoi(argv[2])), std::stoi(argv[3]));
  else
    fail("usage: see the head of its source");
  std::_Exit(0);
}
