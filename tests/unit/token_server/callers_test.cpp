// Who may have what: every kind of caller against the routes.
#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/api_driver.hpp"

namespace parley::token_server {
namespace {

using nlohmann::json;
using samples::post;
using samples::with_header;
using samples::with_key;
using testing::HasSubstr;
using testing::Not;

const std::string kAlice = R"({"identity":"alice"})";

Policy backends(std::vector<std::string> identities = {}) {
  return samples::policy(BackendKeys{samples::backend("crm", std::move(identities))});
}

TEST(Callers, MustShowAKeyUnlessDevelopmentIsConfigured) {
  struct Case {
    const char* name;
    http::Request request;
    int status;
  };
  const auto ask = post("/v1/token", kAlice);
  const Case cases[] = {
      {"nothing", ask, 401},
      {"the key", with_key(ask), 200},
      {"the key, scheme in lower case", with_header(ask, "authorization", "bearer " + samples::kBackendKey),
       200},
      {"another key", with_key(ask, "pk_another"), 401},
      {"a prefix of the key", with_key(ask, samples::kBackendKey.substr(0, 10)), 401},
      {"the key and more", with_key(ask, samples::kBackendKey + "x"), 401},
      {"its digest", with_key(ask, samples::backend().sha256), 401},
      {"no key", with_header(ask, "Authorization", "Bearer "), 401},
      {"another scheme", with_header(ask, "Authorization", "Basic " + samples::kBackendKey), 401},
      {"no scheme", with_header(ask, "Authorization", samples::kBackendKey), 401},
      {"empty", with_header(ask, "Authorization", ""), 401},
      {"a JWT of nobody", with_key(ask, "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkIn0."), 401},
      {"the seed's route without a key", post("/auth", kAlice), 401},
      {"the seed's route", with_key(post("/auth", kAlice)), 200},
      {"the seed's route, nobody named", with_key(post("/auth/", "{}")), 403},
      {"a form", with_key(post("/v1/token", "user=alice", samples::kForm)), 200},
      {"another type", with_key(post("/v1/token", "alice", "text/plain")), 415},
      {"nobody named", with_key(post("/v1/token", "{}")), 400},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ApiDriver driver(backends());
    const auto response = driver.ask(c.request);
    EXPECT_EQ(response.status, c.status) << response.body;
    EXPECT_EQ(http::find_header(response.headers, "WWW-Authenticate").has_value(), c.status == 401);
    EXPECT_THAT(response.body, Not(HasSubstr(samples::kBackendKey)));
  }
}

// The headers that make a development server refuse are daily bread of a server behind a proxy.
TEST(Callers, WithAKeyMayComeThroughAProxy) {
  ApiDriver driver(backends());
  auto request = with_key(with_header(post("/v1/token", kAlice), "X-Forwarded-For", "192.0.2.1"));
  EXPECT_EQ(driver.ask(with_header(request, "Host", "tokens.example.com")).status, 200);
}

TEST(Callers, AreNotLetInByDevelopmentWithAWrongKey) {
  ApiDriver driver(samples::policy(DevelopmentCallers{}));
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", kAlice))).status, 401);
}

TEST(Callers, GetTheIdentitiesOfTheirPatternsOnly) {
  ApiDriver driver(backends({"crm-*"}));
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", R"({"identity":"crm-1"})"))).status, 200);
  const auto refused = driver.ask(with_key(post("/v1/token", kAlice)));
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("identity:"));
}

TEST(Callers, ChooseAmongTheirAccounts) {
  auto policy = backends();
  policy.accounts.push_back(samples::account("emea"));
  policy.accounts[1].key.account_sid = "AC00000000000000000000000000000009";
  policy.accounts[1].key.key_sid = "SK00000000000000000000000000000009";
  policy.callers[0].accounts = {"default", "emea"};
  ApiDriver driver(policy);
  const auto issuer_of = [&](const std::string& body) {
    const auto response = driver.ask(with_key(post("/v1/token", body)));
    if (response.status != 200) return std::to_string(response.status);
    token::KeyRing keys(policy.accounts[0].key);
    keys.add(policy.accounts[1].key);
    const auto claims = token::verify(json::parse(response.body)["token"].get<std::string>(), keys,
                                      {.service_sids = {samples::kService}}, samples::now());
    return claims ? claims->account_sid : claims.error().to_string();
  };
  EXPECT_EQ(issuer_of(R"({"identity":"a"})"), samples::key().account_sid);
  EXPECT_EQ(issuer_of(R"({"identity":"a","account":"emea"})"), "AC00000000000000000000000000000009");
  EXPECT_EQ(issuer_of(R"({"identity":"a","account":"apac"})"), "403");
  EXPECT_EQ(issuer_of(R"({"identity":"a","account":7})"), "400");
}

TEST(Callers, MayShortenTheLifeOfTheirTokens) {
  ApiDriver driver(backends());
  const auto life = [&](const std::string& ttl) {
    const auto response = driver.ask(with_key(post("/v1/token", R"({"identity":"a","ttl":)" + ttl + "}")));
    if (response.status != 200) return static_cast<std::int64_t>(response.status);
    return json::parse(response.body)["expires_at"].get<std::int64_t>() - 1'585'699'200;
  };
  EXPECT_EQ(life("600"), 600);
  EXPECT_EQ(life("86400"), 3600);
  EXPECT_EQ(life("1"), 180);
  EXPECT_EQ(life("null"), 3600);
  EXPECT_EQ(life("\"600\""), 600);
  for (const char* bad : {"\"ten\"", "1.5", "[]", "true", "99999999999999999999", "\"\"", "\"6 00\""})
    EXPECT_EQ(life(bad), 400) << bad;
}

TEST(Callers, AreNamedInTheLogWithoutTheirKey) {
  ApiDriver driver(backends());
  driver.ask(with_key(post("/v1/token", kAlice)), "192.0.2.7");
  const auto& record = driver.log.at(0);
  EXPECT_EQ(record.caller, "backend_key");
  EXPECT_EQ(record.caller_name, "crm");
  EXPECT_EQ(record.address, "192.0.2.7");
  EXPECT_EQ(record.account, "default");
  const auto line = to_json_line(record, samples::now());
  EXPECT_THAT(line, Not(HasSubstr("alice")));
  EXPECT_THAT(line, Not(HasSubstr(samples::kBackendKey)));
}

int refused_after(ApiDriver& driver, const http::Request& request, const std::string& peer = "192.0.2.7") {
  for (int answered = 0; answered < 5000; ++answered)
    if (const auto response = driver.ask(request, peer); response.status == 429) {
      EXPECT_TRUE(http::find_header(response.headers, "Retry-After"));
      EXPECT_EQ(json::parse(response.body)["code"], 20429);
      return answered;
    }
  return -1;
}

TEST(Callers, HaveTheirOwnRate) {
  auto policy = backends();
  std::get<BackendKeys>(policy.callers[0].who)[0].requests_per_minute = 600;
  ApiDriver driver(policy);
  EXPECT_EQ(refused_after(driver, with_key(post("/v1/token", kAlice))), 60);
  driver.clock.pass(std::chrono::seconds(1));
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", R"({"identity":"bob"})"))).status, 200);
}

TEST(Callers, ShareARateWithOthersOfTheirAddressUnlessTheyAreABackend) {
  auto policy = backends();
  policy.rates = {.per_minute_and_address = 100, .per_minute_and_identity = 0};
  ApiDriver driver(policy);
  EXPECT_EQ(refused_after(driver, post("/v1/token", kAlice)), 10) << "failures count";
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", kAlice)), "192.0.2.7").status, 200);
  EXPECT_EQ(driver.ask(post("/v1/token", kAlice), "192.0.2.8").status, 401) << "another address";
}

// An issuer that never answers holds up all whose token is looked at.
TEST(Callers, AreHeldAgainstTheirAddresssRateBeforeTheirTokenIsLookedAt) {
  namespace ip = boost::asio::ip;
  boost::asio::io_context io;
  ip::tcp::acceptor issuer(io, {ip::make_address("127.0.0.1"), 0});
  OidcSettings settings{.issuer = "https://id.example.com", .audiences = {"chat"}, .algorithms = {"ES256"}};
  settings.jwks_url = "http://127.0.0.1:" + std::to_string(issuer.local_endpoint().port()) + "/";
  auto policy = samples::policy(settings);
  policy.rates.per_minute_and_address = 100;
  ApiDriver driver(policy);
  const auto claims = R"({"iss":"https://id.example.com","aud":"chat","sub":"alice","exp":1585699999})";
  const auto token = base64url_encode(R"({"alg":"ES256"})") + "." + base64url_encode(claims) + "." +
                     base64url_encode(std::string(64, 's'));
  std::vector<int> answers;
  for (int i = 0; i < 11; ++i)
    driver.api().handle(with_key(post("/v1/token", "{}"), token), "192.0.2.7",
                        [&](const http::Response& response) { answers.push_back(response.status); });
  EXPECT_EQ(answers, std::vector<int>{429});
}

TEST(Callers, CannotHaveTokensOfOneIdentityWithoutEnd) {
  auto policy = backends();
  policy.rates.per_minute_and_identity = 100;
  ApiDriver driver(policy);
  EXPECT_EQ(refused_after(driver, with_key(post("/v1/token", kAlice))), 10);
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", R"({"identity":"bob"})"))).status, 200);
}

// A reload must not change the rules for a request that is being served.
TEST(Callers, AreExchangedByANewPolicy) {
  ApiDriver driver(backends());
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", kAlice))).status, 200);
  driver.use(samples::policy(BackendKeys{}));
  EXPECT_EQ(driver.ask(with_key(post("/v1/token", kAlice))).status, 401);
}

}  // namespace
}  // namespace parley::token_server
