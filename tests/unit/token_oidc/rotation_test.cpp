#include "tests/unit/token_oidc/issuer_fixture.hpp"

namespace parley::token_server::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A verifier that has fetched key "a" once.
class OidcRotationTest : public IssuerFixture {
 protected:
  void SetUp() override {
    open_issuer();
    publish(ec_key().jwk("a"));
    start_verifier();
    ASSERT_TRUE(verify(token("a")));
  }

  /// Good for long, unlike that of the samples.
  std::string token(const std::string& kid, const TestKey& key = ec_key()) const {
    const auto long_lived = R"({"iss":")" + kIssuer + R"(","aud":"chat","sub":"alice","exp":)" +
                            std::to_string(kNow + 10 * 86400) + "}";
    return make_token(key, header("ES256", kid), long_lived);
  }

  /// While the issuer publishes these keys, and after it.
  void expect_known_keys_stay(const std::string& keys) {
    publish(keys);
    const auto unknown = verify(token("b"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::unreachable) << "nobody knows whether it is good";
    EXPECT_TRUE(unknown.error().retry_after);
    EXPECT_TRUE(begin(token("a"))->has_value());
    ASSERT_FALSE(warnings_.empty());
    EXPECT_EQ(warnings_.back(), "issuer https://id.example.com: it publishes no key that can be used");
    publish(ec_key().jwk("a") + "," + new_key_.jwk("b"));
    clock_.pass(1min);
    EXPECT_TRUE(verify(token("b", new_key_))) << "as soon as it publishes some again";
  }

  const TestKey new_key_ = TestKey::ec();
};

TEST_F(OidcRotationTest, ANewKeyIsFetchedWhenATokenNamesIt) {
  publish(ec_key().jwk("a") + "," + new_key_.jwk("b"));
  Outcome& searching = begin(token("b", new_key_));
  EXPECT_FALSE(searching) << "it waits for the fetch";
  EXPECT_TRUE(begin(token("a"))) << "known keys do not wait";
  ASSERT_TRUE(loop_.run_until([&] { return searching.has_value(); }));
  EXPECT_TRUE(*searching) << searching->error().to_string();
  EXPECT_TRUE(verify(token("a")));
  EXPECT_EQ(requests_.size(), 2u);
}

TEST_F(OidcRotationTest, AKeyThatIsGoneIsRefused) {
  publish(new_key_.jwk("b"));
  EXPECT_TRUE(verify(token("b", new_key_)));
  Outcome& old = begin(token("a"));
  ASSERT_TRUE(old) << "no second search within a minute";
  EXPECT_EQ(old->error().code, Errc::denied);
  EXPECT_THAT(old->error().message, HasSubstr("kid names no key"));
}

TEST_F(OidcRotationTest, AKeyThatIsReplacedUnderItsNameIsRefused) {
  publish(new_key_.jwk("a"));
  clock_.pass(1h);
  EXPECT_TRUE(begin(token("a"))) << "stale keys are used while fresh ones come";
  ASSERT_TRUE(wait_for_requests(2));
  ASSERT_TRUE(loop_.run_until([&] { return begin(token("a", new_key_))->has_value(); }));
  EXPECT_EQ(verify(token("a")).error().code, Errc::denied);
}

TEST_F(OidcRotationTest, AnIssuerThatPublishesNoKeysLeavesTheKnownOnesInUse) { expect_known_keys_stay(""); }

TEST_F(OidcRotationTest, AnIssuerThatPublishesNoUsableKeysLeavesTheKnownOnesInUse) {
  expect_known_keys_stay(ec_key().jwk("a").insert(1, R"("d":"AQ",)"));
}

TEST_F(OidcRotationTest, EachKeyThatIsNotUsedIsToldOnceWithTheReason) {
  publish(ec_key().jwk("a") + "," + new_key_.jwk("b").insert(1, R"("d":"AQ",)"));
  EXPECT_EQ(verify(token("b", new_key_)).error().code, Errc::denied);
  const std::vector<std::string> expected = {
      R"(issuer https://id.example.com: a key of it is not used: key 2 (kid "b"): d: its private half is published)"};
  EXPECT_EQ(warnings_, expected);
  clock_.pass(1min);
  EXPECT_EQ(verify(token("b", new_key_)).error().code, Errc::denied);
  EXPECT_EQ(requests_.size(), 3u);
  EXPECT_EQ(warnings_, expected);
}

TEST_F(OidcRotationTest, ARefreshFetchesAtOnceAlsoInThePauseAfterAFailure) {
  close_issuer();
  EXPECT_EQ(verify(token("b", new_key_)).error().code, Errc::unreachable);
  open_issuer();
  publish(ec_key().jwk("a") + "," + new_key_.jwk("b"));
  EXPECT_EQ(verify(token("b", new_key_)).error().code, Errc::unreachable) << "it is a pause";
  verifier_->refresh();
  verifier_->refresh();
  EXPECT_TRUE(begin(token("a"))->has_value()) << "the known keys stay in use meanwhile";
  EXPECT_TRUE(verify(token("b", new_key_)));
  EXPECT_EQ(requests_.size(), 2u) << "one at a time";
}

TEST_F(OidcRotationTest, AStormOfUnknownKeysMakesOneFetch) {
  std::vector<Outcome*> outcomes;
  for (int i = 0; i < 900; ++i) outcomes.push_back(&begin(token("storm" + std::to_string(i))));
  for (Outcome* outcome : outcomes) {
    ASSERT_TRUE(loop_.run_until([&] { return outcome->has_value(); }));
    EXPECT_EQ((*outcome)->error().code, Errc::denied);
  }
  for (int i = 0; i < 900; ++i) EXPECT_TRUE(begin(token("more" + std::to_string(i))));
  loop_.settle();
  EXPECT_EQ(requests_.size(), 2u) << "the first and one search";
  EXPECT_TRUE(begin(token("a")).has_value());

  clock_.pass(59s);
  EXPECT_TRUE(begin(token("b"))) << "within the minute";
  clock_.pass(1s);
  EXPECT_EQ(verify(token("b")).error().code, Errc::denied);
  EXPECT_EQ(requests_.size(), 3u);
}

TEST_F(OidcRotationTest, TokensWithoutTheNameOfAKeySearchForNone) {
  const auto nameless = [](const TestKey& key) { return make_token(key, R"({"alg":"ES256"})", payload()); };
  EXPECT_TRUE(begin(nameless(ec_key()))->has_value());
  EXPECT_TRUE(begin(nameless(new_key_))->has_error());
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(OidcRotationTest, StaleKeysAreRefreshedBehindTheCaller) {
  clock_.pass(1h - 1s);
  EXPECT_TRUE(begin(token("a"))->has_value());
  loop_.settle();
  EXPECT_EQ(requests_.size(), 1u) << "an hour where the issuer says nothing";
  answer_.headers = {{"Cache-Control", "max-age=600"}};
  publish(ec_key().jwk("a") + "," + new_key_.jwk("b"));
  clock_.pass(1s);
  EXPECT_TRUE(begin(token("a"))->has_value());
  EXPECT_TRUE(verify(token("b", new_key_))) << "the fetch has ended";
  EXPECT_EQ(requests_.size(), 2u);
  clock_.pass(599s);
  EXPECT_TRUE(begin(token("a"))->has_value());
  loop_.settle();
  EXPECT_EQ(requests_.size(), 2u) << "ten minutes, as the issuer says";
  clock_.pass(1s);
  EXPECT_TRUE(begin(token("a"))->has_value());
  EXPECT_TRUE(wait_for_requests(3));
}

TEST_F(OidcRotationTest, KeysOutliveAnOutageOfADayAndNoLonger) {
  close_issuer();
  clock_.pass(1h);
  EXPECT_TRUE(begin(token("a"))->has_value());
  clock_.pass(24h - 1s);
  EXPECT_TRUE(begin(token("a"))->has_value());
  clock_.pass(1s);
  const auto over = verify(token("a"));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Errc::unreachable);
  EXPECT_TRUE(over.error().retry_after);
  open_issuer();
  clock_.pass(5min);
  EXPECT_TRUE(verify(token("a")));
}

TEST_F(OidcRotationTest, AnOutageDuringASearchIsNoVerdictOnTheToken) {
  close_issuer();
  const auto outcome = verify(token("b", new_key_));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unreachable);
  EXPECT_TRUE(outcome.error().retry_after);
  EXPECT_TRUE(begin(token("a"))->has_value()) << "known keys are not touched by it";
  Outcome& again = begin(token("b", new_key_));
  ASSERT_TRUE(again) << "in the pause nobody waits";
  EXPECT_EQ(again->error().code, Errc::unreachable);

  open_issuer();
  publish(ec_key().jwk("a") + "," + new_key_.jwk("b"));
  clock_.pass(1s);
  EXPECT_TRUE(verify(token("b", new_key_)));
}

TEST_F(OidcRotationTest, GarbageLeavesTheKnownKeysInUse) {
  answer_.body = "<html>maintenance</html>";
  EXPECT_EQ(verify(token("b")).error().code, Errc::unreachable);
  EXPECT_EQ(requests_.size(), 2u);
  EXPECT_TRUE(begin(token("a"))->has_value());
}

TEST_F(OidcRotationTest, ASlowIssuerHoldsUpOnlyThoseWhoNeedIt) {
  hold_ = true;
  publish(ec_key().jwk("a") + "," + new_key_.jwk("b"));
  Outcome& first = begin(token("b", new_key_));
  ASSERT_TRUE(wait_for_requests(2));
  Outcome& second = begin(token("b", new_key_));
  Outcome& unknown = begin(token("c"));
  EXPECT_TRUE(begin(token("a"))->has_value());
  loop_.settle();
  EXPECT_FALSE(first || second || unknown);
  release();
  ASSERT_TRUE(loop_.run_until([&] { return unknown.has_value(); }));
  EXPECT_TRUE(first->has_value());
  EXPECT_TRUE(second->has_value());
  EXPECT_EQ(unknown->error().code, Errc::denied);
  EXPECT_EQ(requests_.size(), 2u) << "one fetch for all";
}

}  // namespace
}  // namespace parley::token_server::test
