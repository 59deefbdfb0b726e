// Passwords and refresh tokens over the API, with the real session service on a database in memory.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/api_driver.hpp"
#include "tests/unit/token_server/people.hpp"

namespace parley::token_server {
namespace {

using nlohmann::json;
using samples::post;
using ::testing::HasSubstr;
using ::testing::Not;

std::string credentials(const std::string& user, const std::string& password) {
  return json{{"user", user}, {"password", password}}.dump();
}

class SessionsTest : public ::testing::Test {
 protected:
  json ask_ok(const std::string& path, const std::string& body) {
    const auto response = driver_.ask(post(path, body));
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(http::find_header(response.headers, "Cache-Control"), "no-store");
    return json::parse(response.body);
  }
  json log_in() { return ask_ok("/v1/login", credentials(kUser, kPassword)); }
  static std::string refresh_body(const json& session) {
    return json{{"refresh_token", session["refresh_token"]}}.dump();
  }

  People people_;
  ApiDriver driver_{samples::policy(UserCallers{}), &people_.sessions()};
};

TEST_F(SessionsTest, ALoginGivesATokenOfTheUsersIdentity) {
  const auto session = log_in();
  const auto claims = token::verify(session["token"].get<std::string>(), token::KeyRing(samples::key()),
                                    {.service_sids = {samples::kService}}, samples::now());
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->identity, kIdentity);
  EXPECT_EQ(session["identity"], kIdentity);
  EXPECT_EQ(session["refresh_token"].get<std::string>().size(), 43u);
  EXPECT_EQ(driver_.log.at(0).caller, "user");
}

TEST_F(SessionsTest, AWrongUserAndAWrongPasswordLookTheSame) {
  const auto wrong_user = driver_.ask(post("/v1/login", credentials("mallory", kPassword)));
  const auto wrong_password = driver_.ask(post("/v1/login", credentials(kUser, "wrong password")));
  EXPECT_EQ(wrong_user.status, 401);
  EXPECT_EQ(wrong_password.status, 401);
  EXPECT_EQ(wrong_user.body, wrong_password.body);
  EXPECT_TRUE(http::find_header(wrong_user.headers, "WWW-Authenticate"));
  EXPECT_EQ(json::parse(wrong_user.body)["error"], "invalid_grant");
}

TEST_F(SessionsTest, TheLimitOfAnIdentityHoldsForItsSessionsToo) {
  auto policy = samples::policy(UserCallers{});
  policy.rates.per_minute_and_identity = 5;
  driver_.use(policy);
  auto session = log_in();
  for (int i = 0; i < 4; ++i) session = ask_ok("/v1/token/refresh", refresh_body(session));
  for (const auto& [path, body] : {std::pair{"/v1/token/refresh", refresh_body(session)},
                                   {"/v1/login", credentials(kUser, kPassword)}}) {
    const auto refused = driver_.ask(post(path, body));
    EXPECT_EQ(refused.status, 429) << path << refused.body;
    EXPECT_TRUE(http::find_header(refused.headers, "Retry-After"));
    EXPECT_THAT(refused.body, HasSubstr("too many requests for this identity"));
  }
  EXPECT_THAT(driver_.shared().metrics.text(),
              HasSubstr("token_server_rate_limited_total{by=\"identity\"} 2"));
  driver_.clock.pass(std::chrono::minutes(1));
  ask_ok("/v1/token/refresh", refresh_body(session));  // nothing was spent
}

TEST_F(SessionsTest, ManyWrongPasswordsHaveToWait) {
  int status = 0;
  for (int i = 0; i < 10 && status != 429; ++i)
    status = driver_.ask(post("/v1/login", credentials(kUser, "wrong password"))).status;
  EXPECT_EQ(status, 429);
  const auto locked = driver_.ask(post("/v1/login", credentials(kUser, kPassword)));
  EXPECT_EQ(locked.status, 429);
  EXPECT_TRUE(http::find_header(locked.headers, "Retry-After"));
}

TEST_F(SessionsTest, ARefreshTokenIsGoodOnceAndGivesTheNext) {
  const auto first = log_in();
  const auto second = ask_ok("/v1/token/refresh", refresh_body(first));
  EXPECT_EQ(second["identity"], kIdentity);
  EXPECT_NE(second["refresh_token"], first["refresh_token"]);
  const auto third = ask_ok("/v1/token/refresh", refresh_body(second));
  // The first is spent, and its successor has been used: this is no lost answer.
  const auto reused = driver_.ask(post("/v1/token/refresh", refresh_body(first)));
  EXPECT_EQ(reused.status, 400);
  EXPECT_EQ(json::parse(reused.body)["error"], "invalid_grant");
  EXPECT_EQ(driver_.ask(post("/v1/token/refresh", refresh_body(third))).status, 400) << "the family is over";
}

TEST_F(SessionsTest, ALostAnswerDoesNotLockOut) {
  const auto first = log_in();
  const auto lost = ask_ok("/v1/token/refresh", refresh_body(first));
  const auto again = ask_ok("/v1/token/refresh", refresh_body(first));
  EXPECT_EQ(again["refresh_token"], lost["refresh_token"]);
  ask_ok("/v1/token/refresh", refresh_body(again));
}

TEST_F(SessionsTest, ARevokedSessionIsOver) {
  const auto session = log_in();
  EXPECT_EQ(ask_ok("/v1/token/revoke", refresh_body(session)), json::object());
  EXPECT_EQ(driver_.ask(post("/v1/token/refresh", refresh_body(session))).status, 400);
  EXPECT_EQ(ask_ok("/v1/token/revoke", R"({"token":"nobody knows it"})"), json::object());
}

TEST_F(SessionsTest, BadRequestsSayWhatIsMissing) {
  struct Case {
    const char* path;
    const char* body;
    const char* named;
  };
  const Case cases[] = {
      {"/v1/login", "{}", "password"},
      {"/v1/login", R"({"password":"x"})", "user"},
      {"/v1/login", R"({"user":"alice"})", "password"},
      {"/v1/login", R"({"user":"alice","password":7})", "password"},
      {"/v1/token/refresh", "{}", "refresh_token"},
      {"/v1/token/refresh", R"({"refresh_token":[]})", "refresh_token"},
      {"/v1/token/revoke", "", "refresh_token"},
  };
  for (const auto& c : cases) {
    const auto response = driver_.ask(post(c.path, c.body));
    EXPECT_EQ(response.status, 400) << c.path << c.body;
    const auto body = json::parse(response.body);
    EXPECT_EQ(body["error"], "invalid_request");
    EXPECT_THAT(body["error_description"].get<std::string>(), HasSubstr(c.named));
  }
}

TEST_F(SessionsTest, AnAccountThatIsNotTheirsIsRefusedBeforeThePasswordIsLookedAt) {
  const auto response =
      driver_.ask(post("/v1/login", R"({"user":"alice","password":"x","account":"other"})"));
  EXPECT_EQ(response.status, 403);
}

TEST_F(SessionsTest, ASessionOfCallersWhoAreNotServedAnyMoreIsRefused) {
  const auto session = log_in();
  auto policy = samples::policy(
      OidcSettings{.issuer = "https://id.example.com", .jwks_url = "https://id.example.com/k"});
  driver_.use(policy);
  EXPECT_EQ(driver_.ask(post("/v1/token/refresh", refresh_body(session))).status, 400);
  EXPECT_EQ(driver_.ask(post("/v1/login", credentials(kUser, kPassword))).status, 404);
}

TEST_F(SessionsTest, CredentialsInTheQueryAreOffUnlessConfigured) {
  auto request = samples::get("/v1/token");
  request.params = {{"identity", kUser}, {"password", kPassword}};
  EXPECT_EQ(driver_.ask(request).status, 405);
  auto policy = samples::policy(UserCallers{});
  policy.get_with_password = true;
  driver_.use(policy);
  const auto response = driver_.ask(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain");
  EXPECT_TRUE(token::peek(response.body)) << response.body;
  request.params[1].second = "wrong password";
  const auto refused = driver_.ask(request);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.content_type, "text/plain; charset=utf-8");
  EXPECT_THAT(refused.body, HasSubstr("password")) << "a page shows it as it is";
  EXPECT_THAT(refused.body, Not(HasSubstr("{")));
}

TEST_F(SessionsTest, NothingSecretIsLogged) {
  const auto session = log_in();
  ask_ok("/v1/token/refresh", refresh_body(session));
  for (const auto& record : driver_.log) {
    const auto line = to_json_line(record, samples::now());
    EXPECT_THAT(line, Not(HasSubstr(kUser)));
    EXPECT_THAT(line, Not(HasSubstr(kIdentity)));
    EXPECT_THAT(line, Not(HasSubstr(session["refresh_token"].get<std::string>())));
  }
}

}  // namespace
}  // namespace parley::token_server
