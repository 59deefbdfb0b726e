#include <csignal>
#include <random>
#include <set>

#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

/// A client process that is killed and started again over its cache.
class ClientKill : public FaultTest {
 protected:
  void start_client(int round) {
    client_.emplace(std::vector<std::string>{PARLEY_DURABLE_SENDER, address(), token_of("alice"),
                                             folder() + "/cache", std::to_string(round)});
  }
  /// Hears so many events of messages.
  void hear(int events) {
    for (; events > 0; --events) {
      const auto line = client_->read_line();
      ASSERT_TRUE(line) << "it says nothing more";
      note(*line);
    }
  }
  void kill_client() {
    client_->signal(SIGKILL);
    while (const auto line = client_->read_line()) note(*line);
    client_.reset();
  }
  /// Starts it once more until it has sent everything.
  void drain() {
    start_client(0);
    while (const auto line = client_->read_line()) note(*line);
    EXPECT_EQ(client_->exit_code(), 0);
  }

  std::set<std::string> told;  ///< as pending

 private:
  void note(const std::string& line) {
    const auto blank = line.find(' ');
    const auto word = line.substr(0, blank);
    if (word == "pending")
      told.insert(line.substr(blank + 1));
    else
      EXPECT_EQ(word, "sent") << line;
  }

  std::optional<support::ChildProcess> client_;
};

std::pair<int, int> round_and_number(const std::string& text) {
  const auto dot = text.find('.');
  return {std::stoi(text.substr(0, dot)), std::stoi(text.substr(dot + 1))};
}

// The long form: `scripts/long.sh kills`.
TEST_F(ClientKill, WhatWasToldAsPendingIsStoredOnceAndInOrderAfterEveryKill) {
  const int kills = number_from("PARLEY_KILLS", 5);
  std::mt19937 random(static_cast<unsigned>(number_from("PARLEY_SEED", 1)));
  const auto some = [&](unsigned most) { return 20 + static_cast<int>(random() % most); };
  start();
  for (int round = 1; round <= kills && !HasFailure(); ++round) {
    start_client(round);
    hear(some(300));
    if (round % 2 == 0) kill_service();  // first: what is in flight waits on the disk then
    kill_client();
    if (round % 2 == 0) start();
  }
  drain();
  const auto stored = ledger();
  for (const auto& text : told) EXPECT_EQ(stored.count(text), 1u) << text << " is lost";
  for (const auto& [text, times] : stored) EXPECT_EQ(times, 1) << text;
  const auto history = person("bob")->history().value();
  for (std::size_t i = 1; i < history.size(); ++i)
    EXPECT_LT(round_and_number(history[i - 1]), round_and_number(history[i]));
  std::cout << told.size() << " told as pending, " << stored.size() << " stored, over " << kills
            << " kills\n";
}

}  // namespace
}  // namespace parley::faults
