#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/net/http_client.hpp"
#include "tests/integration/token_server/child_process.hpp"

namespace parley {
namespace {

using nlohmann::json;
using support::ChildProcess;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kProgram = PARLEY_TOKEN_SERVER;
const std::string kExample = std::string(PARLEY_SOURCE_DIR) + "/config.example.json";
constexpr const char* kSecret = "example-secret-change-me-0123456";

class TokenServerProgram : public testing::Test {
 protected:
  TokenServerProgram()
      : path_(testing::TempDir() + "/parley_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".json") {
    std::ifstream file(kExample);
    config_ = json::parse(file);
    config_["token_server"]["listen"] = "127.0.0.1:0";
  }
  ~TokenServerProgram() override { std::filesystem::remove(path_); }

  const std::string& write_config() {
    std::ofstream(path_) << config_.dump();
    return path_;
  }
  /// The URL that the program says it listens on.
  static net::Url ready_url(ChildProcess& program) {
    const auto line = program.read_line().value_or("nothing");
    const std::string start = "token_server listening on ";
    EXPECT_THAT(line, testing::StartsWith(start));
    const auto url = net::parse_url(line.substr(std::min(start.size(), line.size())));
    EXPECT_TRUE(url) << line;
    return url ? *url : net::Url{};
  }
  static http::Response ask_for_token(net::Url url) {
    boost::asio::io_context io;
    std::optional<http::Response> response;
    url.target = "/v1/token";
    const auto call =
        net::http_call(io.get_executor(),
                       {.url = url,
                        .method = "POST",
                        .headers = {{"Content-Type", "application/json"}},
                        .body = R"({"user":"alice-the-user"})",
                        .tls = {}},
                       [&](Result<http::Response> answer) {
                         response = answer ? *answer : http::Response{.status = 0, .headers = {}, .body = {}};
                       });
    io.run();
    return response.value_or(http::Response{});
  }

  json config_;
  std::string path_;
};

TEST_F(TokenServerProgram, ServesUntilItIsAskedToStop) {
  for (int number : {SIGTERM, SIGINT}) {
    ChildProcess program({kProgram, "--config", write_config()});
    const auto url = ready_url(program);
    const auto response = ask_for_token(url);
    EXPECT_EQ(response.status, 200) << response.body;
    program.signal(number);
    EXPECT_EQ(program.exit_code(), 0);
    EXPECT_THAT(program.rest_of_output(), HasSubstr("callers are not authenticated yet"));
  }
}

TEST_F(TokenServerProgram, LogsJsonLinesWithoutIdentityTokenOrSecret) {
  ChildProcess program({kProgram, "--config", write_config()});
  const auto response = ask_for_token(ready_url(program));
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
  const auto log = program.error_output();
  const auto line = json::parse(log.substr(0, log.find('\n')));
  EXPECT_EQ(line["route"], "/v1/token");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["ttl"], 3600);
  EXPECT_TRUE(line.contains("jti"));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("alice-the-user")), Not(HasSubstr(kSecret)),
                         Not(HasSubstr(json::parse(response.body)["token"].get<std::string>()))));
}

TEST_F(TokenServerProgram, StopsAlthoughAClientStaysConnected) {
  ChildProcess program({kProgram, "--config", write_config()});
  const auto url = ready_url(program);
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket idle(io), half(io);
  const boost::asio::ip::tcp::endpoint server(boost::asio::ip::make_address(url.host), url.port);
  idle.connect(server);
  half.connect(server);
  half.send(boost::asio::buffer(
      std::string("POST /v1/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{")));
  EXPECT_EQ(ask_for_token(url).status, 200);  // so both connections have been accepted
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
}

TEST_F(TokenServerProgram, RefusesABadConfiguration) {
  config_["account"]["api_key_sid"] = config_["account"]["account_sid"];
  config_["token_server"]["listen"] = "0.0.0.0:4000";
  ChildProcess program({kProgram, "--config", write_config()});
  EXPECT_EQ(program.exit_code(), 2);
  EXPECT_EQ(program.rest_of_output(), "");
  EXPECT_THAT(program.error_output(),
              AllOf(HasSubstr("account.api_key_sid: expected \"SK\" and 32 lower-case hex digits"),
                    HasSubstr("token_server.listen: expected a loopback address"), Not(HasSubstr(kSecret))));
}

TEST_F(TokenServerProgram, SaysThatItsPortIsTaken) {
  ChildProcess first({kProgram, "--config", write_config()});
  const auto url = ready_url(first);
  config_["token_server"]["listen"] = "127.0.0.1:" + std::to_string(url.port);
  ChildProcess second({kProgram, "--config", write_config()});
  EXPECT_EQ(second.exit_code(), 1);
  EXPECT_THAT(second.error_output(), AllOf(HasSubstr("token_server: "), HasSubstr(std::to_string(url.port))));
}

TEST_F(TokenServerProgram, AnswersQuestionsAboutItself) {
  struct Case {
    std::vector<std::string> options;
    int exit_code;
    const char* output;
  };
  const Case cases[] = {
      {{"--help"}, 0, "--config"},
      {{"--version"}, 0, "token_server "},
      {{"--check-config", "--config", kExample}, 0, ": ok"},
      {{"--no-such-option"}, 2, ""},
      {{"--check-config", "--config", "/no/such/file"}, 2, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.options[0]);
    auto command = c.options;
    command.insert(command.begin(), kProgram);
    ChildProcess program(command);
    EXPECT_EQ(program.exit_code(), c.exit_code);
    EXPECT_THAT(program.rest_of_output(), HasSubstr(c.output));
  }
}

}  // namespace
}  // namespace parley
