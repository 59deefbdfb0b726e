#include "common/config/deployment.hpp"

#include <gmock/gmock.h>

#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kExampleText(kExampleSecret);
const std::string kStrong = "0123456789abcdefghijklmn";  // 24 bytes

/// What a case changes in a configuration that is safe anywhere: back ends only, TLS, a strong secret.
struct Setup {
  std::string listen = "0.0.0.0:443";
  std::string secret = kStrong;
  std::string previous_secret = kStrong;
  std::vector<CallerEntry> callers = {{.key = "token_server.callers[0]", .who = BackendKeyCallers{}}};
  bool tls = true;
  bool allow_plain_http = false;
  bool get_with_password = false;
};

const CallerEntry kDevelopment = {.key = "token_server.callers[0]", .who = DevelopmentCallers{}};
const CallerEntry kUsers = {.key = "token_server.callers[0]", .who = UserCallers{}};

Account account(const std::string& key, const std::string& secret) {
  Account out;
  out.key = key;
  out.api_key_secret = secret;
  return out;
}

Config make(const Setup& setup) {
  Config config;
  config.accounts = {account("accounts[0]", kStrong), account("accounts[1]", setup.secret)};
  config.accounts[1].previous_keys = {{"SK1", kStrong}, {"SK2", setup.previous_secret}};
  if (setup.secret == kExampleText && setup.previous_secret == kExampleText)
    config.accounts = {account("account", kExampleText)};
  config.token_server.listen = setup.listen;
  config.token_server.callers = setup.callers;
  if (setup.tls) config.token_server.tls = Tls{"c.pem", "k.pem"};
  config.token_server.allow_plain_http = setup.allow_plain_http;
  config.token_server.get_with_password = setup.get_with_password;
  return config;
}

struct Case {
  const char* what;
  Setup setup;
  std::vector<std::string> keys;  ///< of the problems
};

const Case kCases[] = {
    {"safe", {}, {}},
    {"no callers", {.callers = {}}, {"token_server.callers"}},
    {"the example as it is",
     {.listen = "127.0.0.1:4000",
      .secret = kExampleText,
      .previous_secret = kExampleText,
      .callers = {kDevelopment},
      .tls = false},
     {}},
    {"development off loopback",
     {.secret = kExampleText, .previous_secret = kExampleText, .callers = {kDevelopment}},
     {"token_server.callers[0].type", "account.api_key_secret"}},
    {"development with other secrets",
     {.listen = "[::1]:0", .secret = kExampleText, .callers = {kDevelopment}},
     {"token_server.callers[0].type", "token_server.callers[0].type", "token_server.callers[0].type"}},
    {"weak secrets on loopback", {.listen = "localhost:0", .secret = "weak", .previous_secret = "weak"}, {}},
    {"example secret on loopback", {.listen = "127.255.0.1:0", .secret = kExampleText}, {}},
    {"example secret off loopback", {.secret = kExampleText}, {"accounts[1].api_key_secret"}},
    {"example as previous secret",
     {.previous_secret = kExampleText},
     {"accounts[1].previous_keys[1].api_key_secret"}},
    {"a byte too short", {.secret = kStrong.substr(1)}, {"accounts[1].api_key_secret"}},
    {"seven different bytes", {.secret = "abcdefgabcdefgabcdefgabcdefg"}, {"accounts[1].api_key_secret"}},
    {"eight different bytes", {.secret = "abcdefghabcdefghabcdefgh"}, {}},
    {"weak previous secret", {.previous_secret = "x"}, {"accounts[1].previous_keys[1].api_key_secret"}},
    {"plain HTTP", {.tls = false}, {"token_server.tls"}},
    {"plain HTTP by name", {.listen = "chat.example.com:80", .tls = false}, {"token_server.tls"}},
    {"plain HTTP on all addresses", {.listen = "[::]:80", .tls = false}, {"token_server.tls"}},
    {"plain HTTP behind something", {.tls = false, .allow_plain_http = true}, {}},
    {"plain HTTP on loopback", {.listen = "127.0.0.1:0", .tls = false}, {}},
    {"GET without users", {.get_with_password = true}, {"token_server.get_with_password"}},
    {"GET with users", {.callers = {kUsers}, .get_with_password = true}, {}},
};

TEST(Deployment, NamesTheKeyOfEveryDanger) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.what);
    const auto problems = check_deployment(make(c.setup));
    std::vector<std::string> keys;
    for (const auto& problem : problems) keys.push_back(problem.key);
    EXPECT_EQ(keys, c.keys) << describe(problems);
    EXPECT_THAT(describe(problems), testing::Not(testing::HasSubstr(c.setup.secret)));
  }
}

TEST(Deployment, KnowsTheSecretOfTheExample) {
  EXPECT_EQ(example()["account"]["api_key_secret"], kExampleText);
  const auto loaded = load(kExample, kNoVariables);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(check_deployment(*loaded), IsEmpty());
}

TEST(Deployment, TellsLoopbackFromOtherAddresses) {
  for (const char* listen : {"127.0.0.1:0", "127.1.2.3:80", "localhost:0", "[::1]:4000"})
    EXPECT_TRUE(listens_on_loopback(listen)) << listen;
  for (const char* listen : {"0.0.0.0:0", "[::]:0", "128.0.0.1:0", "127.0.0.1.example.com:0", "127.1:0",
                             "localhost.example.com:0", "[::2]:0", "10.0.0.1:0", "Localhost:0"})
    EXPECT_FALSE(listens_on_loopback(listen)) << listen;
}

#ifndef _WIN32
std::optional<Problem> exposed(const json& document, unsigned mode = 0644) {
  const TemporaryFile file(document.dump(), mode);
  return exposed_secret(file.path());
}

TEST(Deployment, FindsTheSecretThatOthersCanReadInTheConfiguration) {
  json document = example();
  EXPECT_FALSE(exposed(document));
  document["account"]["api_key_secret"] = kStrong;
  ASSERT_TRUE(exposed(document));
  EXPECT_EQ(exposed(document)->key, "account.api_key_secret");
  EXPECT_THAT(exposed(document)->what, testing::Not(testing::HasSubstr(kStrong)));
  EXPECT_FALSE(exposed(document, 0640));
  document["account"].erase("api_key_secret");
  document["account"]["api_key_secret_file"] = "secret.txt";
  EXPECT_FALSE(exposed(document));
  document["account"]["previous_keys"] = {{{"api_key_secret_file", "x"}}, {{"api_key_secret", "x"}}};
  EXPECT_EQ(exposed(document)->key, "account.previous_keys[1].api_key_secret");
  EXPECT_EQ(exposed({{"accounts", {example()["account"], {{"api_key_secret", "x"}}}}})->key,
            "accounts[1].api_key_secret");
}

TEST(Deployment, FindsNoSecretInWhatIsNoConfiguration) {
  for (const json& document : {json(1), json::object(), json{{"account", 1}}, json{{"accounts", 1}},
                               json{{"accounts", {1}}}, json{{"account", {{"previous_keys", 1}}}}})
    EXPECT_FALSE(exposed(document)) << document;
  EXPECT_FALSE(exposed_secret(""));
  EXPECT_FALSE(exposed_secret("/no/such/file"));
  const TemporaryFile garbage("{", 0644);
  EXPECT_FALSE(exposed_secret(garbage.path()));
}
#endif

}  // namespace
}  // namespace parley::config
