#include "common/base/limits.hpp"
#include "tests/unit/token_oidc/issuer_fixture.hpp"

namespace parley::token_server::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class OidcKeyUrlTest : public IssuerFixture {
 protected:
  void expect_unreachable(const Result<OidcSubject>& outcome, const char* reason) {
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::unreachable);
    EXPECT_THAT(outcome.error().message, HasSubstr(reason));
    ASSERT_TRUE(outcome.error().retry_after);
    EXPECT_GE(*outcome.error().retry_after, 1s);
  }
};

TEST_F(OidcKeyUrlTest, FetchesTheKeysAtTheStartAndThenAnswersInsideTheCall) {
  open_issuer();
  publish(ec_key().jwk("a"));
  start_verifier();
  Outcome& early = begin(ec_token("a"));
  EXPECT_FALSE(early) << "before the keys are there";
  EXPECT_TRUE(verify(ec_token("a")));
  EXPECT_TRUE(early && early->has_value());
  EXPECT_TRUE(begin(ec_token("a"))) << "inside the call";
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].method, "GET");
  EXPECT_EQ(requests_[0].path, "/keys");
  EXPECT_EQ(http::find_param(requests_[0].params, "x"), "1");
}

TEST_F(OidcKeyUrlTest, RefusesWhatNeedsNoKeyWithoutWaiting) {
  open_issuer();
  hold_ = true;
  start_verifier();
  for (const auto& token : {std::string("x"), make_token(ec_key(), header("none", "a"), payload()),
                            make_token(ec_key(), header("ES256", "a"), payload("\"exp\":1"))}) {
    Outcome& outcome = begin(token);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->error().code, Errc::denied);
  }
}

TEST_F(OidcKeyUrlTest, WorksOverTls) {
  const net::test::Certificate certificate;
  open_issuer(net::TlsServerOptions{certificate.certificate_file(), certificate.key_file()});
  publish(ec_key().jwk("a"));
  auto settings = url_settings("https");
  start_verifier(settings, clock_);
  expect_unreachable(verify(ec_token("a")), "the issuer's keys cannot be had: ");
  EXPECT_EQ(requests_.size(), 0u) << "an authority that nobody trusts";
  settings.jwks_ca_file = certificate.certificate_file();
  start_verifier(settings, clock_);
  const auto outcome = verify(ec_token("a"));
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(OidcKeyUrlTest, SaysThatTheIssuerIsDownAndRecovers) {
  open_issuer();
  close_issuer();
  start_verifier();
  expect_unreachable(verify(ec_token("a")), "the issuer's keys cannot be had: connect to 127.0.0.1");
  Outcome& pausing = begin(ec_token("a"));
  ASSERT_TRUE(pausing) << "in the pause nobody waits";
  expect_unreachable(*pausing, "cannot be had");
  open_issuer();
  publish(ec_key().jwk("a"));
  clock_.pass(1s);
  EXPECT_TRUE(verify(ec_token("a")));
}

TEST_F(OidcKeyUrlTest, WarnsOfFetchesThatFailAndWhenOneWorksAgain) {
  open_issuer();
  close_issuer();
  start_verifier();
  expect_unreachable(verify(ec_token("a")), "cannot be had");
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0], testing::StartsWith("issuer https://id.example.com: its keys cannot be fetched: "
                                                "connect to 127.0.0.1"));
  EXPECT_THAT(warnings_[0], testing::Not(testing::HasSubstr("x=1"))) << "a query may hold a secret";
  open_issuer();
  publish(ec_key().jwk("a"));
  clock_.pass(1s);
  EXPECT_TRUE(verify(ec_token("a")));
  ASSERT_EQ(warnings_.size(), 2u);
  EXPECT_EQ(warnings_[1], "issuer https://id.example.com: its keys can be fetched again");
}

TEST_F(OidcKeyUrlTest, TriesAgainByItself) {
  open_issuer();
  close_issuer();
  start_verifier(url_settings(), system_clock());
  loop_.settle();
  open_issuer();
  publish(ec_key().jwk("a"));
  EXPECT_TRUE(wait_for_requests(1)) << "without anybody asking";
}

TEST_F(OidcKeyUrlTest, AcceptsNoAnswerButASetOfKeys) {
  const std::string good = jwks(ec_key().jwk("a"));
  const struct {
    int status;
    std::string body;
    const char* reason;
  } cases[] = {
      {500, good, "got 500"},
      {301, good, "got 301"},
      {404, good, "got 404"},
      {200, "<html>", "JWKS: JSON"},
      {200, "", "JWKS: JSON"},
      {200, "[]", "JWKS: JSON"},
      {200, good + good, "JWKS: JSON"},
      {200, good.substr(0, good.size() - 1), "JWKS: JSON"},
      {200, R"({"keys":5})", "keys: expected an array"},
      {200, good + std::string(limits::kJwksBytes, ' '), "longer than"},
      {200, std::string(16 * 1024 * 1024, ' '), "the answer is longer than 262144 bytes"},
  };
  open_issuer();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.reason);
    answer_.status = c.status;
    answer_.body = c.body;
    start_verifier();
    expect_unreachable(verify(ec_token("a")), c.reason);
  }
}

TEST_F(OidcKeyUrlTest, AnIssuerThatNeverAnswersIsGivenUp) {
  open_issuer();
  hold_ = true;
  start_verifier();
  expect_unreachable(verify(ec_token("a")), "no answer within the time allowed");
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(OidcKeyUrlTest, BoundsHowManyWait) {
  open_issuer();
  publish(ec_key().jwk("a"));
  hold_ = true;
  start_verifier();
  std::vector<Outcome*> waiting;
  for (std::size_t i = 0; i < limits::kJwksWaiting; ++i) waiting.push_back(&begin(ec_token("a")));
  Outcome& refused = begin(ec_token("a"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error().code, Errc::too_many_requests);
  EXPECT_TRUE(refused->error().retry_after);
  ASSERT_TRUE(wait_for_requests(1));
  release();
  ASSERT_TRUE(loop_.run_until([&] { return waiting.back()->has_value(); }));
  for (const Outcome* outcome : waiting) EXPECT_TRUE(*outcome && (*outcome)->has_value());
  EXPECT_EQ(requests_.size(), 1u) << "one fetch for all";
}

TEST_F(OidcKeyUrlTest, ATokenMayExpireWhileItWaits) {
  open_issuer();
  publish(ec_key().jwk("a"));
  hold_ = true;
  start_verifier();
  Outcome& outcome = begin(ec_token("a"));
  ASSERT_TRUE(wait_for_requests(1));
  clock_.pass(1h);
  release();
  ASSERT_TRUE(loop_.run_until([&] { return outcome.has_value(); }));
  EXPECT_THAT(outcome->error().message, HasSubstr("exp is over"));
}

TEST_F(OidcKeyUrlTest, NothingRunsAfterItsEnd) {
  open_issuer();
  publish(ec_key().jwk("a"));
  hold_ = true;
  start_verifier();
  Outcome& outcome = begin(ec_token("a"));
  ASSERT_TRUE(wait_for_requests(1));
  verifier_.reset();
  release();
  loop_.settle();
  EXPECT_FALSE(outcome);
}

TEST_F(OidcKeyUrlTest, ACompletionMayEndIt) {
  open_issuer();
  publish(ec_key().jwk("a"));
  start_verifier();
  int answers = 0;
  for (int i = 0; i < 3; ++i)
    verifier_->verify(ec_token("a"), [&](Result<OidcSubject> result) {
      EXPECT_TRUE(result);
      ++answers;
      verifier_.reset();
    });
  ASSERT_TRUE(loop_.run_until([&] { return answers > 0; }));
  loop_.settle();
  EXPECT_EQ(answers, 1) << "the others never run";
}

TEST_F(OidcKeyUrlTest, ACompletionInsideTheCallMayEndIt) {
  open_issuer();
  start_verifier();
  bool answered = false;
  verifier_->verify("x", [&](Result<OidcSubject> result) {
    EXPECT_FALSE(result);
    verifier_.reset();
    answered = true;
  });
  EXPECT_TRUE(answered);
}

TEST_F(OidcKeyUrlTest, ACompletionMayAskAgain) {
  open_issuer();
  publish(ec_key().jwk("a"));
  start_verifier();
  Outcome second;
  verifier_->verify(ec_token("a"), [&](const Result<OidcSubject>&) {
    verifier_->verify(ec_token("b"), [&](Result<OidcSubject> result) { second = std::move(result); });
  });
  ASSERT_TRUE(loop_.run_until([&] { return second.has_value(); }));
  EXPECT_EQ(second->error().code, Errc::denied);
  EXPECT_EQ(requests_.size(), 2u) << "the unknown key was searched for";
}

}  // namespace
}  // namespace parley::token_server::test
