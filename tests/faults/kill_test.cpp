#include <deque>
#include <random>

#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

constexpr std::size_t kInFlight = 16;

/// Sends numbered texts, many at once, and writes down which were acknowledged.
class Sender {
 public:
  explicit Sender(Chatter& chatter) : chatter_(chatter) {}

  /// Until so many more are acknowledged; as many as may be are on their way then.
  void send_until_acknowledged(int count) {
    for (const std::size_t wanted = acknowledged.size() + static_cast<std::size_t>(count);
         acknowledged.size() < wanted && !::testing::Test::HasFailure();) {
      while (under_way_.size() < kInFlight) begin();
      take_outcome();
    }
  }
  void take_all_outcomes() {
    while (!under_way_.empty()) take_outcome();
  }

  std::vector<std::string> acknowledged;
  int refused = 0;

 private:
  void begin() {
    const auto text = "message " + std::to_string(++number_);
    under_way_.emplace_back(text, chatter_.begin_send(text));
  }
  void take_outcome() {
    auto [text, outcome] = std::move(under_way_.front());
    under_way_.pop_front();
    const auto sent = Chatter::wait(std::move(outcome));
    if (sent) return acknowledged.push_back(text);
    ++refused;
    EXPECT_LT(refused, 1000) << sent.error().to_string();
  }

  Chatter& chatter_;
  std::deque<std::pair<std::string, std::future<Result<void>>>> under_way_;
  int number_ = 0;
};

class Kill : public FaultTest {};

// The long form: `scripts/long.sh kills`.
TEST_F(Kill, WhatWasAcknowledgedIsThereOnceAfterEveryKill) {
  const int kills = number_from("PARLEY_KILLS", 5);
  std::mt19937 random(static_cast<unsigned>(number_from("PARLEY_SEED", 1)));
  start();
  const auto alice = person("alice");
  Sender sender(*alice);
  for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
    sender.send_until_acknowledged(20 + static_cast<int>(random() % 200));
    kill_service();
    start();
  }
  sender.send_until_acknowledged(20);
  sender.take_all_outcomes();
  EXPECT_EQ(stop_service(), 0);
  const auto stored = ledger();
  for (const auto& text : sender.acknowledged) EXPECT_EQ(stored.count(text), 1u) << text << " is lost";
  for (const auto& [text, times] : stored) EXPECT_EQ(times, 1) << text;
  const auto checked = run({"check", database()});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  std::cout << sender.acknowledged.size() << " acknowledged, " << sender.refused << " not, over " << kills
            << " kills\n";
}

}  // namespace
}  // namespace parley::faults
