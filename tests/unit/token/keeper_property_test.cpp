#include <gtest/gtest.h>

#include <set>

#include "common/base/random.hpp"
#include "common/protocol/token/keeper.hpp"
#include "tests/unit/token/samples.hpp"

namespace parley::token {
namespace {

using namespace std::chrono_literals;

/// Plays a random source, server and user against a keeper and checks, after every step, what must always
/// hold.
class World {
 public:
  explicit World(std::uint64_t seed) : chance_(seed), jitter_(seed + 1), keeper_({}, jitter_) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
  }
  int delivered() const { return delivered_; }

 private:
  TimePoint steady() const { return TimePoint(elapsed_); }
  WallTime wall() const { return samples::now() + elapsed_; }

  void step() {
    switch (chance_.below(12)) {
      case 0:
        user_starts_or_stops();
        break;
      case 1:
        keeper_.want(Wanted::about_to_expire, steady());
        break;
      case 2:
        keeper_.want(Wanted::expired, steady());
        break;
      case 3:
        pass(std::chrono::milliseconds(chance_.below(20'000)));
        break;
      case 4:
        answer_late();
        break;
      case 5:
      case 6:
      case 7:
        answer();
        break;
      default:
        to_deadline();
    }
    drain();
    check();
  }

  void user_starts_or_stops() {
    if (chance_.below(4) == 0) {
      keeper_.stop();
      running_ = false;
      if (open_) late_.push_back(*open_);
      open_.reset();
      current_.clear();
    } else {
      if (refused_) current_.clear();
      keeper_.start(steady());
      running_ = true;
      refused_ = false;
    }
  }

  void pass(Duration step) {
    elapsed_ += step;
    keeper_.on_time(steady());
  }
  void to_deadline() {
    const auto deadline = keeper_.next_deadline();
    if (!deadline) return pass(1s);
    EXPECT_GE(*deadline, steady() - 30s) << "a deadline that was never served";
    pass(std::max<Duration>(*deadline - steady(), 0s));
  }

  Result<std::string> make_answer() {
    const auto dice = chance_.below(20);
    if (dice == 0) return Error{.code = Errc::denied, .message = "no"};
    if (dice == 1 && !current_.empty()) return current_;
    if (dice < 6) return Error{.code = Errc::unreachable, .message = "no route"};
    TokenSpec spec = samples::spec();
    spec.ttl = std::chrono::seconds(1 + chance_.below(600));
    return mint(samples::key(), spec, wall() - std::chrono::seconds(chance_.below(3)));
  }
  // This machine's clock, which now and then is hours off.
  WallTime some_wall() {
    return chance_.below(4) == 0 ? wall() + 5h - std::chrono::seconds(chance_.below(36'000)) : wall();
  }
  void answer() {
    if (!open_) return;
    const auto id = *open_;
    open_.reset();
    keeper_.on_fetched(id, make_answer(), steady(), some_wall());
  }
  void answer_late() {
    if (late_.empty()) return;
    const auto before = keeper_.token();
    keeper_.on_fetched(late_.back(), make_answer(), steady(), wall());
    late_.pop_back();
    EXPECT_EQ(keeper_.token(), before) << "a late answer counted";
  }

  void drain() {
    while (auto action = keeper_.next()) {
      EXPECT_TRUE(running_) << "an action after stop()";
      EXPECT_FALSE(refused_) << "an action after a refusal";
      std::visit([this](const auto& a) { on(a); }, *action);
    }
  }
  void on(const Fetch& fetch) {
    EXPECT_FALSE(open_) << "two fetches at once";
    EXPECT_TRUE(ids_.insert(fetch.fetch_id).second) << "a fetch id used twice";
    EXPECT_LE(++fetches_since_success_or_failure_, 1) << "more than one refresh of one token";
    open_ = fetch.fetch_id;
  }
  void on(const Deliver& deliver) {
    EXPECT_NE(deliver.token, current_);
    EXPECT_GT(deliver.expires_in, 0s);
    current_ = deliver.token;
    fetches_since_success_or_failure_ = 0;
    ++delivered_;
  }
  void on(const SourceFailed& failed) {
    // A fetch that is still open here was given up: its answer is a late one.
    if (open_) late_.push_back(*open_);
    open_.reset();
    EXPECT_GE(failed.retry_in, 500ms) << "no back-off";
    fetches_since_success_or_failure_ = 0;
  }
  void on(const Expired&) { EXPECT_EQ(keeper_.token(), ""); }
  void on(const Refused&) {
    refused_ = true;
    fetches_since_success_or_failure_ = 0;
  }

  void check() {
    const auto state = keeper_.state();
    EXPECT_EQ(state == KeeperState::idle, !running_);
    EXPECT_EQ(state == KeeperState::refused, refused_ && running_);
    EXPECT_EQ(state == KeeperState::fetching, open_.has_value());
    EXPECT_EQ(keeper_.next_deadline().has_value(), running_ && !refused_);
    if (!running_) fetches_since_success_or_failure_ = 0, refused_ = false;
  }

  SeededRandom chance_, jitter_;
  Keeper keeper_;
  Duration elapsed_ = 1000s;
  bool running_ = false, refused_ = false;
  std::optional<std::uint64_t> open_;
  std::vector<std::uint64_t> late_;
  std::set<std::uint64_t> ids_;
  std::string current_;
  int fetches_since_success_or_failure_ = 0;
  int delivered_ = 0;
};

TEST(KeeperProperties, HoldForAnySeriesOfEvents) {
  int delivered = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    world.run(300);
    delivered += world.delivered();
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(delivered, 1000);
}

// A good source and a server that sends its notice at any time, several times, also right after a refresh.
TEST(KeeperProperties, RefreshEachTokenExactlyOnce) {
  SeededRandom random(3);
  Keeper keeper({}, random);
  Duration elapsed = 0s, delivered_at = 0s, life = 0s;
  int fetches = 0, deliveries = 0;
  keeper.start(TimePoint(elapsed));
  while (deliveries < 500) {
    if (random.below(3) == 0) keeper.want(Wanted::about_to_expire, TimePoint(elapsed));
    while (auto action = keeper.next()) {
      if (const auto* delivered = std::get_if<Deliver>(&*action)) {
        ++deliveries;
        delivered_at = elapsed;
        life = delivered->expires_in;
        continue;
      }
      ASSERT_TRUE(std::holds_alternative<Fetch>(*action)) << "index " << action->index();
      ASSERT_EQ(fetches++, deliveries) << "two refreshes of one token";
      EXPECT_GE(elapsed - delivered_at, std::min<Duration>(10s, life / 10)) << "a notice about the old token";
      EXPECT_LT(elapsed - delivered_at, std::max<Duration>(life, 1ns)) << "a token was let die";
      TokenSpec spec = samples::spec();
      spec.ttl = std::chrono::seconds(40 + random.below(4000));
      const auto token = mint(samples::key(), spec, samples::now() + elapsed);
      keeper.on_fetched(std::get<Fetch>(*action).fetch_id, token, TimePoint(elapsed),
                        samples::now() + elapsed);
    }
    elapsed =
        random.below(2) == 0 ? elapsed + 1s : std::max(elapsed, keeper.next_deadline()->time_since_epoch());
    keeper.on_time(TimePoint(elapsed));
  }
}

}  // namespace
}  // namespace parley::token
