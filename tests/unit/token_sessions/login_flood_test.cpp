#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <parley/seams.hpp>
#include <random>

#include "token_server/sessions/known_sources.hpp"

// Honest logins beside a flood of guesses, in virtual time: the queue of passwords to check with callers as
// they behave, and nothing that makes guessers wait.
namespace parley::token_server {
namespace {

using namespace std::chrono_literals;

constexpr int kAttackers = 90;
constexpr int kHonest = 37;
constexpr int kGuessesAtOnce = 4;
constexpr auto kScrypt = 60ms;
constexpr auto kFlood = 20s;
/// The first guess of each attacker looks like anybody's login; three of four turns are theirs until then.
constexpr auto kFirstRound = 8'500ms;
/// From the request to its answer, after the first round, and for who was here before at any time.
constexpr auto kStated = 1s;

struct Scenario {
  const char* name;
  std::function<std::string(int)> attacker;
  std::function<std::string(int)> honest;
  bool attackers_are_known = false;  ///< they have accounts of their own
  bool honest_are_known = false;
};

class Flood {
 public:
  Flood(const Scenario& scenario, unsigned seed) : scenario_(scenario), chance_(seed) {
    for (int i = 0; i < kAttackers; ++i)
      if (scenario.attackers_are_known) known_.add(scenario.attacker(i));
    for (int i = 0; i < kHonest; ++i)
      if (scenario.honest_are_known) known_.add(scenario.honest(i));
  }

  void run() {
    for (int i = 0; i < kAttackers; ++i)
      for (int n = 0; n < kGuessesAtOnce; ++n) at(within(1s), [this, i] { guess(i); });
    for (int i = 0; i < kHonest; ++i) at(within(kFlood), [this, i] { log_in(i); });
    while (!events_.empty()) {
      auto event = events_.extract(events_.begin());
      now_ = event.key();
      event.mapped()();
    }
  }

  int answered = 0;
  int guesses = 0;
  Duration longest_at_first{};  ///< of logins in the first round
  Duration longest{};           ///< of those after it

 private:
  using Answer = std::function<void(bool accepted)>;

  void at(Duration time, std::function<void()> event) { events_.emplace(time, std::move(event)); }
  Duration within(Duration span) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, span.count())(chance_));
  }

  void guess(int attacker) {
    if (now_ > kFlood) return;
    push(scenario_.attacker(attacker), [this, attacker](bool accepted) {
      guesses += accepted ? 1 : 0;
      at(now_ + 20ms + within(200ms), [this, attacker] { guess(attacker); });
    });
  }

  void log_in(int person) {
    push(scenario_.honest(person), [this, since = now_](bool accepted) {
      answered += accepted ? 1 : 0;
      auto& longest_then = since < kFirstRound ? longest_at_first : longest;
      longest_then = std::max(longest_then, now_ - since);
    });
  }

  void push(const std::string& address, Answer answer) {
    auto pushed = queue_.push(known_.key_of(address), std::move(answer));
    if (pushed.displaced) (*pushed.displaced)(false);
    if (!busy_) hash_next();
  }

  void hash_next() {
    auto next = queue_.pop();
    busy_ = next.has_value();
    if (!next) return;
    at(now_ + kScrypt, [this, answer = std::move(*next)] {
      answer(true);
      hash_next();
    });
  }

  const Scenario& scenario_;
  std::mt19937_64 chance_;
  std::multimap<Duration, std::function<void()>> events_;
  Duration now_{};
  FairQueue<Answer> queue_{{.in_sum = 512, .per_network = 256}};
  KnownSources known_{1000};
  bool busy_ = false;
};

std::string numbered(const std::string& start, int i, const std::string& end = "") {
  return start + std::to_string(i) + end;
}
std::string one_net(int i) { return numbered("192.0.2.", i + 100); }
std::string net_each(int i) { return numbered("10.0.", i, ".7"); }
std::string home(int i) { return numbered("172.16.", i, ".1"); }

const Scenario kScenarios[] = {
    {"a network of attackers", one_net, home},
    {"a network each", net_each, home},
    {"honest people in the attackers' network", one_net, [](int i) { return numbered("192.0.2.", i + 1); }},
    {"one /56", [](int i) { return numbered("2001:db8:0:", i, "::1"); }, home},
    {"a /56 each", [](int i) { return numbered("2001:db8:", i + 1, "::1"); }, home},
    {"honest people who have been here", net_each, home, false, true},
    {"attackers with accounts", net_each, home, true, false},
    {"honest people of one network that was seen", net_each,
     [](int i) { return numbered("172.16.1.", i + 1); }, false, true},
};

TEST(LoginFlood, EveryHonestLoginIsAnsweredInTime) {
  for (const auto& scenario : kScenarios)
    for (unsigned seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(std::string(scenario.name) + ", seed " + std::to_string(seed));
      Flood flood(scenario, seed);
      flood.run();
      EXPECT_EQ(flood.answered, kHonest);
      EXPECT_LE(flood.longest_at_first, Duration(scenario.honest_are_known ? kStated : kFirstRound));
      EXPECT_LE(flood.longest, Duration(kStated));
      EXPECT_GT(flood.guesses, 100) << "it is a flood: nothing is left idle";
    }
}

}  // namespace
}  // namespace parley::token_server
