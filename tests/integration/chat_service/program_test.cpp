#include <gmock/gmock.h>

#include <csignal>

#include "common/base/sid.hpp"
#include "tests/integration/chat_service/program_fixture.hpp"

namespace parley::support {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kForSuites{PARLEY_CHAT_SERVICE, "--listen", "127.0.0.1:0",
                                          "--database",        ":memory:", "--print-config"};

TEST_F(ChatProgram, ASuiteOfAnotherLanguageNeedsOneLineAndNoFile) {
  ChildProcess running(kForSuites);
  const auto line = running.read_line();
  ASSERT_TRUE(line);
  const auto said = json::parse(*line);
  EXPECT_TRUE(is_sid(said["account_sid"].get<std::string>(), "AC"));
  EXPECT_TRUE(is_sid(said["api_key_sid"].get<std::string>(), "SK"));
  EXPECT_TRUE(is_sid(said["chat_service_sid"].get<std::string>(), "IS"));
  EXPECT_EQ(said["api_key_secret"].get<std::string>().size(), 32u);
  const auto url = url_in(said["chat_url"], "");
  EXPECT_EQ(ask(url, "/healthz").status, 200);
  EXPECT_EQ(ask(url, "/readyz").status, 200);
  running.signal(SIGTERM);
  EXPECT_EQ(running.exit_code(), 0);
  EXPECT_EQ(running.rest_of_output(), "");
  EXPECT_THAT(running.error_output(), Not(HasSubstr(said["api_key_secret"].get<std::string>())));
}

TEST_F(ChatProgram, TheLineForSuitesHasTheConfiguredAccount) {
  ChildProcess running(with_config({"--print-config", "--database", ":memory:"}));
  const auto said = json::parse(running.read_line().value_or("{}"));
  EXPECT_EQ(said["account_sid"], config_["account"]["account_sid"]);
  EXPECT_EQ(said["api_key_secret"], config_["account"]["api_key_secret"]);
  EXPECT_FALSE(std::filesystem::exists(folder() + "/chat.db"));
}

// One configuration for both servers: the other one's files are none of its business.
TEST_F(ChatProgram, LooksAtNoFileOfTheTokenServer) {
  config_["token_server"]["callers"] = {{{"type", "backend_keys"}, {"keys_file", folder()}}};
  ChildProcess running(with_config());
  EXPECT_EQ(ask(ready_url(running), "/readyz").status, 200);
}

TEST_F(ChatProgram, SaysThatADatabaseIsANewOne) {
  for (const bool is_new : {true, false}) {
    ChildProcess running(with_config());
    ready_url(running);
    running.signal(SIGTERM);
    EXPECT_EQ(running.exit_code(), 0);
    const auto words = HasSubstr(folder() + "/chat.db is a new database");
    if (is_new)
      EXPECT_THAT(running.error_output(), words);
    else
      EXPECT_THAT(running.error_output(), Not(words));
  }
}

TEST_F(ChatProgram, EndsWithWhoeverStartedIt) {
  auto command = kForSuites;
  command.push_back("--exit-with-parent");
  ChildProcess running(command, ChildProcess::Input::pipe);
  ASSERT_TRUE(running.read_line());
  running.close_input();
  EXPECT_EQ(running.exit_code(), 0);
}

TEST_F(ChatProgram, SaysWhereItListensAndStopsAtASignal) {
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  EXPECT_EQ(ask(url, "/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(ask(url, "/healthz", {}, "POST").status, 405);
  EXPECT_EQ(ask(url, "/nowhere").status, 404);
  running.signal(SIGINT);
  EXPECT_EQ(running.exit_code(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder() + "/chat.db-admin"));
}

TEST_F(ChatProgram, StartsAgainAfterItWasKilled) {
  {
    ChildProcess running(with_config());
    EXPECT_EQ(ask(ready_url(running), "/readyz").status, 200);
  }
  EXPECT_TRUE(std::filesystem::exists(folder() + "/chat.db-admin")) << "the killed one left its socket";
  ChildProcess again(with_config());
  EXPECT_EQ(ask(ready_url(again), "/readyz").status, 200);
}

TEST_F(ChatProgram, LogsRequestsWithoutTheirQueryAndNoProbes) {
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  ask(url, "/healthz");
  ask(url, "/v1/Services/IS0/Media/ME0/Content?Signature=s3cret");
  running.signal(SIGTERM);
  EXPECT_EQ(running.exit_code(), 0);
  const auto log = running.error_output();
  EXPECT_THAT(log, HasSubstr(R"("event":"request","method":"GET","route":"media")"));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
  EXPECT_THAT(log, Not(HasSubstr("healthz")));
}

TEST_F(ChatProgram, ServesMetricsAndProbesWhereTheOperatorAsks) {
  config_["chat_service"]["metrics_listen"] = "127.0.0.1:0";
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  const auto metrics = url_in(running.read_line().value_or("nothing"), "chat_service metrics on ");
  ask(url, "/healthz");
  const auto text = ask(metrics, "/metrics").body;
  EXPECT_THAT(text, HasSubstr("chat_service_connections 0"));
  EXPECT_THAT(text, HasSubstr(R"(chat_service_http_requests_total{route="healthz",status="200"} 1)"));
  EXPECT_THAT(text, HasSubstr("chat_service_ready 1"));
  EXPECT_EQ(ask(metrics, "/readyz").status, 200);
  EXPECT_EQ(ask(metrics, "/v3/wsconnect").status, 404);
  EXPECT_EQ(ask(url, "/metrics").status, 404) << "not for clients";
}

TEST_F(ChatProgram, PagesOfOtherOriginsAreKeptOutIfThereIsAList) {
  config_["chat_service"]["allowed_origins"] = {"https://app.example.com"};
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  const http::Fields upgrade{{"Connection", "Upgrade"},
                             {"Upgrade", "websocket"},
                             {"Sec-WebSocket-Version", "13"},
                             {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                             {"Origin", "https://evil.example"}};
  EXPECT_EQ(ask(url, "/v3/wsconnect", upgrade).status, 403);
  EXPECT_EQ(ask(url, "/healthz", {{"Origin", "https://evil.example"}}).status, 403);
  const auto good = ask(url, "/healthz", {{"Origin", "https://app.example.com"}});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(header(good, "Access-Control-Allow-Origin"), "https://app.example.com");
}

struct Refused {
  const char* what;
  json change;
  const char* message;
};

TEST_F(ChatProgram, RefusesToServeWhatIsNotSafe) {
  const Refused cases[] = {
      {"the example's secret off loopback",
       {{"listen", "0.0.0.0:0"}, {"allow_plain_http", true}},
       "account.api_key_secret: expected a secret of your own"},
      {"plain HTTP off loopback", {{"listen", "0.0.0.0:0"}}, "chat_service.tls: expected"},
      {"no certificate",
       {{"tls", {{"certificate_file", "/no.pem"}, {"private_key_file", "/no.pem"}}}},
       "chat_service.tls: "},
  };
  const auto section = config_["chat_service"];
  for (const auto& [what, change, message] : cases) {
    config_["chat_service"] = section;
    config_["chat_service"].update(change);
    ChildProcess running(with_config());
    EXPECT_EQ(running.exit_code(), 2) << what;
    EXPECT_THAT(running.error_output(), HasSubstr(message)) << what;
  }
}

TEST_F(ChatProgram, TheCommandLineIsJudgedLikeTheFile) {
  ChildProcess running(with_config({"--listen", "0.0.0.0:0"}));
  EXPECT_EQ(running.exit_code(), 2);
  ChildProcess nonsense(with_config({"--listen", "here"}));
  EXPECT_EQ(nonsense.exit_code(), 2);
  EXPECT_THAT(nonsense.error_output(), HasSubstr("chat_service.listen: "));
}

}  // namespace
}  // namespace parley::support
