#include "common/protocol/token/keeper.hpp"

#include <gmock/gmock.h>

#include <set>

#include "common/base/random.hpp"
#include "tests/unit/token/samples.hpp"

namespace parley::token {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A keeper on virtual time, with a source that the test plays.
class KeeperTest : public testing::Test {
 protected:
  TimePoint steady() const { return TimePoint(elapsed_); }
  WallTime wall() const { return samples::now() + elapsed_; }

  template <class T>
  T expect() {
    auto action = keeper_.next();
    if (action && std::holds_alternative<T>(*action)) return std::get<T>(*action);
    ADD_FAILURE() << "another action, index " << (action ? static_cast<int>(action->index()) : -1);
    return {};
  }
  void expect_quiet() {
    auto action = keeper_.next();
    EXPECT_FALSE(action) << "index " << action->index();
  }

  std::string make_token(std::chrono::seconds ttl, const std::string& identity = "alice") {
    TokenSpec spec = samples::spec(identity);
    spec.ttl = ttl;
    return *mint(samples::key(), spec, wall());
  }
  void give(std::uint64_t fetch_id, Result<std::string> token) {
    keeper_.on_fetched(fetch_id, std::move(token), steady(), wall());
  }
  /// Lets time pass up to the next deadline; says how long that took.
  Duration to_deadline() {
    const auto deadline = keeper_.next_deadline();
    if (!deadline) {
      ADD_FAILURE() << "no deadline";
      return {};
    }
    const Duration step = *deadline - steady();
    elapsed_ += step;
    keeper_.on_time(steady());
    return step;
  }
  void pass(Duration step) {
    elapsed_ += step;
    keeper_.on_time(steady());
  }
  void start_with(std::chrono::seconds ttl) {
    keeper_.start(steady());
    give(expect<Fetch>().fetch_id, make_token(ttl));
    expect<Deliver>();
  }

  SeededRandom random_{7};
  Keeper keeper_{{}, random_};
  Duration elapsed_ = 1000s;
};

const Error kUnreachable{.code = Errc::unreachable, .message = "no route"};

TEST_F(KeeperTest, FetchesAtStartAndDelivers) {
  keeper_.start(steady());
  const auto fetch = expect<Fetch>();
  EXPECT_EQ(keeper_.token(), "");
  const auto token = make_token(3600s);
  give(fetch.fetch_id, token);
  const auto delivered = expect<Deliver>();
  EXPECT_EQ(delivered.token, token);
  EXPECT_EQ(delivered.expires_in, 3600s);
  EXPECT_EQ(keeper_.token(), token);
  expect_quiet();
}

TEST_F(KeeperTest, RefreshesAShareOfTheLifeBeforeItsEnd) {
  struct Case {
    std::chrono::seconds life;
    Duration earliest, latest;
  };
  // The lead is 20 % of the life or 3 minutes, less up to a tenth of itself.
  for (const auto& c : {Case{10s, 8s, 8200ms}, Case{100s, 80s, 82s}, Case{900s, 720s, 738s},
                        Case{3600s, 3420s, 3438s}, Case{86400s, 86220s, 86238s}}) {
    SCOPED_TRACE(c.life.count());
    keeper_.stop();
    start_with(c.life);
    const auto waited = to_deadline();
    EXPECT_GE(waited, c.earliest);
    EXPECT_LE(waited, c.latest);
    expect<Fetch>();
    expect_quiet();
  }
}

TEST_F(KeeperTest, SpreadsTheRefreshesOfManyClients) {
  std::set<Duration> waits;
  for (int i = 0; i < 20; ++i) {
    keeper_.stop();
    start_with(3600s);
    waits.insert(to_deadline());
    expect<Fetch>();
  }
  EXPECT_GT(waits.size(), 15u);
}

TEST_F(KeeperTest, PlansFromWhatIsLeftOfATokenThatIsNotNew) {
  const auto token = make_token(3600s);
  pass(3500s);
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, token);
  EXPECT_EQ(expect<Deliver>().expires_in, 100s);
  EXPECT_LE(to_deadline(), 82s);
}

TEST_F(KeeperTest, DoesNotTrustASlowClockWithMoreThanTheTokensWholeLife) {
  keeper_.start(steady());
  const auto token = make_token(60s);
  keeper_.on_fetched(expect<Fetch>().fetch_id, token, steady(), wall() - 1h);
  EXPECT_EQ(expect<Deliver>().expires_in, 60s);
}

TEST_F(KeeperTest, FetchesWhenTheServerAsks) {
  for (auto why : {Wanted::about_to_expire, Wanted::expired}) {
    keeper_.stop();
    start_with(3600s);
    pass(60s);
    keeper_.want(why, steady());
    expect<Fetch>();
    keeper_.want(why, steady());
    expect_quiet();
  }
}

TEST_F(KeeperTest, TakesANoticeRightAfterANewTokenForTheOldOnes) {
  start_with(3600s);
  pass(9s);
  keeper_.want(Wanted::about_to_expire, steady());
  expect_quiet();
  EXPECT_EQ(keeper_.state(), KeeperState::holding);
}

// Against a server whose clock is ahead, every token is expired at once: that must not become a storm.
TEST_F(KeeperTest, BacksOffFromAServerThatCallsEveryTokenExpired) {
  start_with(3600s);
  Duration total{};
  for (int i = 0; i < 12; ++i) {
    keeper_.want(Wanted::expired, steady());
    EXPECT_THAT(expect<SourceFailed>().error.message, HasSubstr("clocks"));
    total += to_deadline();
    give(expect<Fetch>().fetch_id, make_token(std::chrono::seconds(3601 + i)));
    expect<Deliver>();
    expect_quiet();
  }
  EXPECT_GT(total, 4min);
}

TEST_F(KeeperTest, RetriesAFailingSourceWithBackOffWhileTheOldTokenLives) {
  start_with(3600s);
  to_deadline();
  Duration earlier = 0s;
  for (int i = 0; i < 4; ++i) {
    give(expect<Fetch>().fetch_id, kUnreachable);
    const auto failed = expect<SourceFailed>();
    EXPECT_EQ(failed.error.message, "no route");
    const Duration base = 1s * (1 << i);
    EXPECT_GE(failed.retry_in, base / 2);
    EXPECT_LE(failed.retry_in, base);
    EXPECT_GT(failed.retry_in, earlier / 2);
    earlier = failed.retry_in;
    EXPECT_NE(keeper_.token(), "");
    EXPECT_EQ(to_deadline(), failed.retry_in);
  }
  const auto token = make_token(3600s);
  give(expect<Fetch>().fetch_id, token);
  EXPECT_EQ(expect<Deliver>().token, token);
  expect_quiet();
}

TEST_F(KeeperTest, NeverWaitsLongerThanTheLongestBackOff) {
  keeper_.start(steady());
  for (int i = 0; i < 100; ++i) {
    give(expect<Fetch>().fetch_id, kUnreachable);
    EXPECT_LE(expect<SourceFailed>().retry_in, 60s);
    to_deadline();
  }
}

TEST_F(KeeperTest, WaitsAsLongAsTheSourceAsks) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id,
       Error{.code = Errc::too_many_requests, .message = "busy", .retry_after = 90s});
  EXPECT_EQ(expect<SourceFailed>().retry_in, 90s);
  EXPECT_EQ(to_deadline(), 90s);
  give(expect<Fetch>().fetch_id,
       Error{.code = Errc::too_many_requests, .message = "busy", .retry_after = std::chrono::hours(100)});
  EXPECT_EQ(expect<SourceFailed>().retry_in, 1h);
}

TEST_F(KeeperTest, ANoticeDoesNotShortenTheBackOff) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, kUnreachable);
  expect<SourceFailed>();
  for (int i = 0; i < 10; ++i) keeper_.want(Wanted::expired, steady());
  expect_quiet();
}

TEST_F(KeeperTest, RefreshesWhenTheUserWants) {
  start_with(1h);
  keeper_.refresh(steady());
  const auto fetch = expect<Fetch>().fetch_id;
  keeper_.refresh(steady());
  expect_quiet();
  pass(10s);
  give(fetch, make_token(1h));
  expect<Deliver>();
}

TEST_F(KeeperTest, HurriesAFailingSourceFourTimesASecondAtMost) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, kUnreachable);
  expect<SourceFailed>();
  int fetches = 0;
  for (int i = 0; i < 1000; ++i) {
    keeper_.hurry(steady());
    pass(1ms);
    while (const auto action = keeper_.next()) {
      const auto* fetch = std::get_if<Fetch>(&*action);
      if (!fetch) continue;
      ++fetches;
      give(fetch->fetch_id, kUnreachable);
    }
  }
  EXPECT_GE(fetches, 3);
  EXPECT_LE(fetches, 4);
}

TEST_F(KeeperTest, HurriesNoSourceThatAskedForTime) {
  keeper_.start(steady());
  Error busy = kUnreachable;
  busy.retry_after = 7s;
  give(expect<Fetch>().fetch_id, busy);
  expect<SourceFailed>();
  keeper_.hurry(steady());
  keeper_.refresh(steady());
  expect_quiet();
  EXPECT_EQ(to_deadline(), 7s);
  expect<Fetch>();
}

TEST_F(KeeperTest, HurriesNobodyWhoHasAToken) {
  start_with(1h);
  keeper_.hurry(steady());
  expect_quiet();
}

TEST_F(KeeperTest, FetchesAfterASleepInWhichTheTokenGrewOld) {
  start_with(1h);
  keeper_.on_slept(10min, steady());
  expect_quiet();
  keeper_.on_slept(9h, steady());
  expect<Fetch>();
  EXPECT_NE(keeper_.token(), "") << "a wall clock that was set looks the same";
}

TEST_F(KeeperTest, CountsSleepsTogether) {
  start_with(1h);
  keeper_.on_slept(30min, steady());
  pass(1min);
  expect_quiet();
  keeper_.on_slept(30min, steady());
  expect<Fetch>();
}

// A source that caches has none that is newer.
TEST_F(KeeperTest, KeepsTheSameTokenIfNobodyButTheUserAskedForAnother) {
  keeper_.start(steady());
  const auto token = make_token(1h);
  give(expect<Fetch>().fetch_id, token);
  expect<Deliver>();
  const auto planned = *keeper_.next_deadline();
  keeper_.refresh(steady());
  for (int tries = 0; tries < 4; ++tries) {
    give(expect<Fetch>().fetch_id, token);
    EXPECT_EQ(expect<SourceFailed>().error.code, Errc::token_expired);
    if (tries < 3) to_deadline();
  }
  EXPECT_EQ(keeper_.state(), KeeperState::holding);
  EXPECT_EQ(*keeper_.next_deadline(), planned) << "it is not asked all the time";
  keeper_.refresh(steady());
  expect_quiet();
  EXPECT_EQ(to_deadline(), 250ms) << "whoever asks all the time";
  expect<Fetch>();
}

TEST_F(KeeperTest, DoesNotKeepTheSameTokenThatTheServiceCallsExpiredMeanwhile) {
  keeper_.start(steady());
  const auto token = make_token(1h);
  give(expect<Fetch>().fetch_id, token);
  expect<Deliver>();
  pass(10min);
  keeper_.refresh(steady());
  const auto fetch = expect<Fetch>();
  keeper_.want(Wanted::expired, steady());
  give(fetch.fetch_id, token);
  expect<SourceFailed>();
  EXPECT_EQ(keeper_.state(), KeeperState::waiting);
}

TEST_F(KeeperTest, AsksARefusedSourceAgainWhenTheUserDoes) {
  start_with(1h);
  keeper_.refresh(steady());
  give(expect<Fetch>().fetch_id, Error{.code = Errc::cancelled, .message = "no password"});
  expect<Refused>();
  keeper_.refresh(steady());
  give(expect<Fetch>().fetch_id, make_token(2h));
  expect<Deliver>();
}

TEST_F(KeeperTest, StartsNoSoonerThanTheSourceAsked) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id,
       Error{.code = Errc::too_many_requests, .message = "later", .retry_after = std::chrono::minutes(10)});
  expect<SourceFailed>();
  keeper_.stop();
  pass(1min);
  keeper_.start(steady());
  expect_quiet();
  EXPECT_EQ(to_deadline(), 9min);
  expect<Fetch>();
}

TEST_F(KeeperTest, EndsAtAMisuseOfASourceThatNeverWorked) {
  for (const Errc code : {Errc::invalid_argument, Errc::invalid_config}) {
    keeper_.start(steady());
    give(expect<Fetch>().fetch_id, Error{.code = code, .message = "ca_file: expected a file"});
    EXPECT_EQ(expect<Refused>().error.message, "ca_file: expected a file");
  }
  start_with(1h);
  keeper_.refresh(steady());
  give(expect<Fetch>().fetch_id, Error{.code = Errc::invalid_config, .message = "ca_file: expected a file"});
  expect<SourceFailed>();
}

TEST_F(KeeperTest, SaysOnceThatTheLifeIsOverAndGoesOnAsking) {
  start_with(100s);
  int expired = 0, fetches = 0;
  for (int i = 0; i < 40; ++i) {
    to_deadline();
    while (auto action = keeper_.next()) {
      if (std::holds_alternative<Expired>(*action)) {
        ++expired;
        EXPECT_EQ(steady(), TimePoint(1100s));
        EXPECT_EQ(keeper_.token(), "");
      }
      if (const auto* fetch = std::get_if<Fetch>(&*action)) {
        ++fetches;
        give(fetch->fetch_id, kUnreachable);
      }
    }
  }
  EXPECT_EQ(expired, 1);
  EXPECT_GT(fetches, 20);
  to_deadline();
  give(expect<Fetch>().fetch_id, make_token(100s));
  expect<Deliver>();
  EXPECT_NE(keeper_.token(), "");
}

TEST_F(KeeperTest, NoticesTheEndOfLifeAfterALongSleep) {
  start_with(100s);
  pass(24h);
  EXPECT_EQ(expect<Expired>().error.code, Errc::token_expired);
  expect<Fetch>();
  expect_quiet();
}

struct Refusal {
  const char* name;
  Error error;
};

TEST_F(KeeperTest, StopsAtARefusalAndSaysWhy) {
  const Refusal refusals[] = {
      {"denied", {.code = Errc::denied, .message = "wrong password"}},
      {"forbidden", {.code = Errc::forbidden, .message = "no"}},
      {"invalid token", {.code = Errc::invalid_token, .message = "no"}},
      {"401", {.code = Errc::server_error, .message = "no", .http_status = 401}},
      {"403", {.code = Errc::protocol_error, .message = "no", .http_status = 403}},
      {"cancelled", {.code = Errc::cancelled, .message = "the user closed the window"}},
      {"wrong URL", {.code = Errc::invalid_config, .message = "there is nothing"}},
      {"no URL", {.code = Errc::invalid_argument, .message = "url: expected one"}},
  };
  for (const auto& refusal : refusals) {
    SCOPED_TRACE(refusal.name);
    keeper_.start(steady());
    give(expect<Fetch>().fetch_id, refusal.error);
    EXPECT_EQ(expect<Refused>().error.message, refusal.error.message);
    EXPECT_FALSE(keeper_.next_deadline());
    keeper_.want(Wanted::expired, steady());
    pass(24h);
    expect_quiet();
  }
}

TEST_F(KeeperTest, ARefusalOfTheProxyIsNoneOfTheSource) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, Error{.code = Errc::proxy_failed, .message = "no", .http_status = 403});
  expect<SourceFailed>();
  EXPECT_TRUE(keeper_.next_deadline()) << "it is tried again";
}

// A gateway may answer 404 for a moment while what is behind it starts.
TEST_F(KeeperTest, AsksASourceAgainThatHasGivenATokenWhateverItsSettings) {
  start_with(100s);
  to_deadline();
  give(expect<Fetch>().fetch_id, Error{.code = Errc::invalid_config, .message = "there is nothing"});
  EXPECT_EQ(expect<SourceFailed>().error.message, "there is nothing");
  EXPECT_EQ(keeper_.state(), KeeperState::waiting);
  keeper_.stop();
  pass(1s);
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, Error{.code = Errc::invalid_config, .message = "there is nothing"});
  expect<Refused>();
}

TEST_F(KeeperTest, RefusesATextThatIsNoToken) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, std::string("<html>Log in</html>"));
  EXPECT_EQ(expect<Refused>().error.code, Errc::invalid_token);
}

TEST_F(KeeperTest, RefusesAnotherIdentityOrService) {
  start_with(100s);
  to_deadline();
  give(expect<Fetch>().fetch_id, make_token(100s, "bob"));
  EXPECT_EQ(expect<Refused>().error.code, Errc::denied);

  start_with(100s);
  to_deadline();
  TokenSpec other = samples::spec();
  other.grants = {ChatGrant{.service_sid = "IS0000000000000000000000000000000f"}};
  give(expect<Fetch>().fetch_id, mint(samples::key(), other, wall()));
  EXPECT_EQ(expect<Refused>().error.code, Errc::denied);
}

TEST_F(KeeperTest, StartsAgainAfterARefusal) {
  keeper_.start(steady());
  give(expect<Fetch>().fetch_id, Error{.code = Errc::denied, .message = "no"});
  expect<Refused>();
  start_with(100s);
  expect_quiet();
}

TEST_F(KeeperTest, CountsTheSameTokenAgainAsAFailure) {
  keeper_.start(steady());
  const auto token = make_token(100s);
  give(expect<Fetch>().fetch_id, token);
  expect<Deliver>();
  to_deadline();
  give(expect<Fetch>().fetch_id, token);
  EXPECT_THAT(expect<SourceFailed>().error.message, HasSubstr("same token"));
  EXPECT_EQ(keeper_.token(), token);
}

TEST_F(KeeperTest, LeavesATokenThatSeemsToBeOverToTheService) {
  keeper_.start(steady());
  const auto token = make_token(100s);
  keeper_.on_fetched(expect<Fetch>().fetch_id, token, steady(), wall() + 24h);
  EXPECT_EQ(expect<Deliver>().expires_in, 100s);
  keeper_.want(Wanted::expired, steady());
  EXPECT_EQ(expect<SourceFailed>().error.code, Errc::token_expired);
  EXPECT_EQ(keeper_.state(), KeeperState::waiting);
}

TEST_F(KeeperTest, AClockThatIsAheadFetchesNoMoreThanEachMinute) {
  keeper_.start(steady());
  const auto token = make_token(3600s);
  keeper_.on_fetched(expect<Fetch>().fetch_id, token, steady(), wall() + 3599s);
  EXPECT_EQ(expect<Deliver>().expires_in, 60s);
}

TEST_F(KeeperTest, CountsATokenThatIsOverByItsIssuersClockAsAFailure) {
  const auto stale = make_token(1000s);
  start_with(3600s);
  const std::string in_use = keeper_.token();
  to_deadline();
  keeper_.on_fetched(expect<Fetch>().fetch_id, stale, steady(), wall() - 24h);
  EXPECT_EQ(expect<SourceFailed>().error.code, Errc::token_expired);
  EXPECT_EQ(keeper_.token(), in_use);
}

TEST_F(KeeperTest, GivesUpASourceThatDoesNotAnswerAndDropsItsLateAnswer) {
  keeper_.start(steady());
  const auto slow = expect<Fetch>();
  EXPECT_EQ(to_deadline(), 30s);
  const Error error = expect<SourceFailed>().error;
  EXPECT_EQ(error.code, Errc::timed_out);
  EXPECT_EQ(error.message, "the token source did not answer within 30 s");
  give(slow.fetch_id, make_token(100s));
  expect_quiet();
  to_deadline();
  const auto second = expect<Fetch>();
  EXPECT_NE(second.fetch_id, slow.fetch_id);
  give(slow.fetch_id, make_token(100s));
  expect_quiet();
  give(second.fetch_id, make_token(100s));
  expect<Deliver>();
}

TEST_F(KeeperTest, TakesOnlyTheFirstAnswerToAFetch) {
  keeper_.start(steady());
  const auto fetch = expect<Fetch>();
  give(fetch.fetch_id, make_token(100s));
  expect<Deliver>();
  pass(1s);
  give(fetch.fetch_id, make_token(100s));
  give(fetch.fetch_id, kUnreachable);
  expect_quiet();
}

TEST_F(KeeperTest, IsSilentAfterStop) {
  keeper_.start(steady());
  const auto open = expect<Fetch>();
  keeper_.stop();
  give(open.fetch_id, make_token(100s));
  keeper_.want(Wanted::expired, steady());
  pass(24h);
  expect_quiet();
  EXPECT_FALSE(keeper_.next_deadline());
  EXPECT_EQ(keeper_.token(), "");

  keeper_.start(steady());
  keeper_.stop();
  expect_quiet();
}

TEST_F(KeeperTest, DropsAnAnswerFromBeforeARestart) {
  keeper_.start(steady());
  const auto before = expect<Fetch>();
  keeper_.stop();
  keeper_.start(steady());
  const auto after = expect<Fetch>();
  give(before.fetch_id, make_token(100s, "bob"));
  expect_quiet();
  give(after.fetch_id, make_token(100s));
  expect<Deliver>();
}

TEST_F(KeeperTest, StartsOnce) {
  keeper_.start(steady());
  expect<Fetch>();
  keeper_.start(steady());
  expect_quiet();
}

TEST_F(KeeperTest, DoesNothingBeforeStart) {
  keeper_.want(Wanted::expired, steady());
  keeper_.on_time(steady());
  give(0, make_token(100s));
  expect_quiet();
  EXPECT_FALSE(keeper_.next_deadline());
}

// Seeds sit at both ends of what the random source can say.
class Extreme final : public Random {
 public:
  explicit Extreme(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = byte_;
  }

 private:
  std::uint8_t byte_;
};

TEST(Keeper, RefreshesBeforeTheEndWhateverTheRandomSourceSays) {
  for (std::uint8_t byte : {std::uint8_t{0}, std::uint8_t{255}}) {
    Extreme random(byte);
    Keeper keeper({}, random);
    keeper.start(TimePoint{});
    keeper.next();
    TokenSpec spec = samples::spec();
    spec.ttl = 1s;
    keeper.on_fetched(1, mint(samples::key(), spec, samples::now()), TimePoint{}, samples::now());
    ASSERT_TRUE(keeper.next_deadline());
    EXPECT_GE(*keeper.next_deadline(), TimePoint(800ms));
    EXPECT_LT(*keeper.next_deadline(), TimePoint(900ms));
  }
}

}  // namespace
}  // namespace parley::token
