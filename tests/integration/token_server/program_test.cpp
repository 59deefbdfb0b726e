#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <sstream>
#include <thread>

#include "tests/integration/token_server/program_fixture.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/tls_client.hpp"

namespace parley {
namespace {

using nlohmann::json;
using support::ChildProcess;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TokenServerProgram : public support::ProgramFixture {};

/// The log line of a request; the log may have other lines before it.
json line_of_route(const std::string& log, const std::string& route) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);)
    if (auto object = json::parse(line); object.value("route", "") == route) return object;
  ADD_FAILURE() << "no line of " << route << " in " << log;
  return json::object();
}

TEST_F(TokenServerProgram, ServesUntilItIsAskedToStop) {
  for (int number : {SIGTERM, SIGINT}) {
    ChildProcess program({program_path(), "--config", write_config()});
    const auto url = ready_url(program);
    const auto response = ask_for_token(url);
    EXPECT_EQ(response.status, 200) << response.body;
    program.signal(number);
    EXPECT_EQ(program.exit_code(), 0);
    EXPECT_THAT(program.rest_of_output(), HasSubstr("DEVELOPMENT: callers are not authenticated"));
  }
}

TEST_F(TokenServerProgram, LogsJsonLinesWithoutIdentityTokenOrSecret) {
  ChildProcess program({program_path(), "--config", write_config()});
  const auto response = ask_for_token(ready_url(program));
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
  const auto log = program.error_output();
  const auto line = line_of_route(log, "/v1/token");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["ttl"], 3600);
  EXPECT_TRUE(line.contains("jti"));
  EXPECT_THAT(log, AllOf(Not(HasSubstr("alice-the-user")), Not(HasSubstr(support::kExampleSecret)),
                         Not(HasSubstr(json::parse(response.body)["token"].get<std::string>()))));
}

TEST_F(TokenServerProgram, StopsAlthoughAClientStaysConnected) {
  ChildProcess program({program_path(), "--config", write_config()});
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
  ChildProcess program({program_path(), "--config", write_config()});
  EXPECT_EQ(program.exit_code(), 2);
  EXPECT_EQ(program.rest_of_output(), "");
  EXPECT_THAT(program.error_output(),
              AllOf(HasSubstr("account.api_key_sid: expected \"SK\" and 32 lower-case hex digits"),
                    Not(HasSubstr(support::kExampleSecret))));
}

TEST_F(TokenServerProgram, SaysThatItsPortIsTaken) {
  ChildProcess first({program_path(), "--config", write_config()});
  const auto url = ready_url(first);
  config_["token_server"]["listen"] = "127.0.0.1:" + std::to_string(url.port);
  ChildProcess second({program_path(), "--config", write_config()});
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
      {{"--check-config", "--config", example_config()}, 0, ": ok"},
      {{"--no-such-option"}, 2, ""},
      {{"--check-config", "--config", "/no/such/file"}, 2, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.options[0]);
    auto command = c.options;
    command.insert(command.begin(), program_path());
    ChildProcess program(command);
    EXPECT_EQ(program.exit_code(), c.exit_code);
    EXPECT_THAT(program.rest_of_output(), HasSubstr(c.output));
  }
}

struct Refusal {
  const char* name;
  std::function<void(json& section, json& account)> spoil;
  const char* key;
};

// Everything that would open the door to strangers, or will not work: nothing is started, and the key is
// named.
TEST_F(TokenServerProgram, RefusesToStartWhereItWouldBeUnsafe) {
  const net::test::Certificate expired(
      {.valid_from = std::chrono::hours(-2), .valid_until = std::chrono::hours(-1)});
  const auto tls = [&] {
    return json{{"certificate_file", expired.certificate_file()}, {"private_key_file", expired.key_file()}};
  };
  const std::string readable = private_file("secret", "kTPq7xw0vZJm3uYs8LhNc2RbGf5AeD1i");
  std::filesystem::permissions(readable, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const Refusal cases[] = {
      {"anyone from anywhere", [](json& s, json&) { s["listen"] = "0.0.0.0:0"; }, "token_server.callers[0]"},
      {"anyone with a real key", [](json&, json& a) { a["api_key_secret"] = kRealSecret; },
       "token_server.callers[0]"},
      {"nobody", [](json& s, json&) { s["callers"] = json::array(); }, "token_server.callers"},
      {"the example's secret in public",
       [](json& s, json&) {
         use_backend_key(s);
         s["listen"] = "0.0.0.0:0";
         s["allow_plain_http"] = true;
       },
       "account.api_key_secret"},
      {"a weak secret in public",
       [](json& s, json& a) {
         use_backend_key(s);
         s["listen"] = "0.0.0.0:0";
         s["allow_plain_http"] = true;
         a["api_key_secret"] = "secretsecretsecretsecretsecretse";
       },
       "account.api_key_secret"},
      {"keys in the clear in public",
       [](json& s, json& a) {
         use_backend_key(s);
         s["listen"] = "0.0.0.0:0";
         a["api_key_secret"] = kRealSecret;
       },
       "token_server.tls"},
      {"a secret file that others read",
       [&](json& s, json& a) {
         use_backend_key(s);
         a.erase("api_key_secret");
         a["api_key_secret_file"] = readable;
       },
       "account.api_key_secret_file"},
      {"a life beyond a day", [](json& s, json&) { s["token_ttl_seconds"] = 86401; },
       "token_server.token_ttl_seconds"},
      {"a caller's life beyond a day", [](json& s, json&) { s["callers"][0]["token_ttl_seconds"] = 86401; },
       "token_server.callers[0].token_ttl_seconds"},
      {"an unknown key", [](json& s, json&) { s["lisent"] = "127.0.0.1:0"; }, "token_server.lisent"},
      {"an expired certificate",
       [&](json& s, json&) {
         use_backend_key(s);
         s["tls"] = tls();
       },
       "token_server.tls"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto spoilt = config_;
    c.spoil(spoilt["token_server"], spoilt["account"]);
    ChildProcess program({program_path(), "--config", write_config(spoilt)});
    EXPECT_EQ(program.exit_code(), 2);
    EXPECT_EQ(program.rest_of_output(), "");
    EXPECT_THAT(program.error_output(), AllOf(HasSubstr(c.key), Not(HasSubstr(kRealSecret))));
  }
}

TEST_F(TokenServerProgram, RefusesAConfigurationFileWithASecretThatOthersRead) {
  use_backend_key(config_["token_server"]);
  config_["account"]["api_key_secret"] = kRealSecret;
  const auto path = write_config();
  std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  ChildProcess program({program_path(), "--config", path});
  EXPECT_EQ(program.exit_code(), 2);
  EXPECT_THAT(program.error_output(), AllOf(HasSubstr("chmod"), Not(HasSubstr(kRealSecret))));
}

TEST_F(TokenServerProgram, TakesOverANewConfigurationAndKeepsTheOldOneIfTheNewIsBad) {
  auto open_to_all = config_;
  use_backend_key(config_["token_server"]);
  auto& identities = config_["token_server"]["callers"][0]["keys"][0]["identities"];
  identities = {"bob-*"};
  ChildProcess program({program_path(), "--config", write_config()});
  const auto url = ready_url(program);
  const http::Fields key{{"Authorization", std::string("Bearer ") + kBackendKey}};
  EXPECT_EQ(ask_for_token(url, key).status, 403);

  auto bad = config_;
  bad["token_server"]["token_ttl_seconds"] = 1;
  reload(program, bad, "token_server.token_ttl_seconds");
  reload(program, open_to_all, "token_server.callers");
  EXPECT_EQ(ask_for_token(url).status, 401);
  EXPECT_EQ(ask_for_token(url, key).status, 403);

  identities = {"alice-*"};
  reload(program, config_, "configuration re-read");
  EXPECT_EQ(ask_for_token(url, key).status, 200);
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
}

// Half of the new configurations are bad: neither kind may cost a request.
TEST_F(TokenServerProgram, LosesNoRequestWhileItReloads) {
  config_["token_server"]["workers"] = 2;
  use_backend_key(config_["token_server"]);
  const auto log = folder() + "/log";
  auto command = "exec '" + program_path() + "' --config '" + write_config() + "' 2>'" + log + "'";
  ChildProcess program({"/bin/sh", "-c", command});
  const auto url = ready_url(program);
  std::atomic<int> answered = 0, lost = 0;
  std::atomic<bool> enough = false;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&] {
      while (!enough) {
        const auto status =
            ask_for_token(url, {{"Authorization", std::string("Bearer ") + kBackendKey}}).status;
        ++(status == 200 ? answered : lost);
      }
    });
  for (int round = 0; round < 40; ++round) {
    auto next = config_;
    if (round % 2 == 1) next["token_server"]["nonsense"] = round;
    write_config(next);
    const int before = answered;
    program.signal(SIGHUP);
    while (answered < before + 5 && lost == 0) std::this_thread::yield();
  }
  enough = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(lost, 0);
  EXPECT_GE(answered, 200);
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
  EXPECT_THAT(text_of(log), AllOf(HasSubstr("configuration re-read"), HasSubstr("token_server.nonsense")));
}

TEST_F(TokenServerProgram, SpeaksTlsAndTakesOverARenewedCertificate) {
  const net::test::Certificate certificate, renewed({.serial = 2});
  use_backend_key(config_["token_server"]);
  config_["token_server"]["tls"] = {{"certificate_file", certificate.certificate_file()},
                                    {"private_key_file", certificate.key_file()}};
  ChildProcess program({program_path(), "--config", write_config()});
  const auto url = ready_url(program);
  EXPECT_EQ(url.scheme, "https");
  const http::Fields key{{"Authorization", std::string("Bearer ") + kBackendKey}};
  trusted_ = certificate.certificate_file();
  const auto response = ask_for_token(url, key);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_TRUE(http::find_header(response.headers, "Strict-Transport-Security"));

  const auto old = private_file("old.pem", text_of(certificate.certificate_file()));
  certificate.replace_by(renewed);
  reload(program, config_, "configuration re-read");
  EXPECT_EQ(ask_for_token(url, key).status, 200);
  trusted_ = old;
  EXPECT_EQ(ask_for_token(url, key).status, 0) << "the old certificate is gone";
}

// Probes may be seldom: the server looks by itself.
TEST_F(TokenServerProgram, IsNotReadyWithoutItsAuditLog) {
  for (const bool with_sessions : {false, true}) {
    SCOPED_TRACE(with_sessions ? "users" : "back ends");
    auto config = config_;
    config["account"]["api_key_secret"] = kRealSecret;
    use_backend_key(config["token_server"]);
    if (with_sessions) config["token_server"]["callers"].push_back({{"type", "users"}});
    ChildProcess program({program_path(), "--config", write_config(config)});
    const auto url = ready_url(program);
    EXPECT_EQ(wait_for_readiness(url, 200), 200);
    const auto log = config["token_server"]["audit_log"].get<std::string>();
    std::filesystem::rename(log, log + ".away");
    EXPECT_EQ(wait_for_readiness(url, 503), 503);
    std::filesystem::rename(log + ".away", log);
    EXPECT_EQ(wait_for_readiness(url, 200), 200);
    program.signal(SIGTERM);
    EXPECT_EQ(program.exit_code(), 0);
    EXPECT_THAT(program.error_output(), AllOf(HasSubstr("was moved or deleted"), HasSubstr("works again")));
  }
}

TEST_F(TokenServerProgram, SumsUpRefusalsOfOneAddress) {
  use_backend_key(config_["token_server"]);
  ChildProcess program({program_path(), "--config", write_config()});
  const auto url = ready_url(program);
  for (int i = 0; i < 15; ++i) EXPECT_EQ(ask_for_token(url).status, 401);
  program.signal(SIGTERM);
  EXPECT_EQ(program.exit_code(), 0);
  const auto log = program.error_output();
  std::size_t lines = 0;
  for (auto at = log.find("\"status\":401"); at != log.npos; at = log.find("\"status\":401", at + 1)) ++lines;
  EXPECT_EQ(lines, 10u) << log;
  EXPECT_THAT(log,
              HasSubstr(R"("event":"refusals","what":"/v1/token 401","address":"127.0.0.1","count":5})"));
}

TEST_F(TokenServerProgram, ExchangesKeysInCheapGroupsOnly) {
  const net::test::Certificate certificate(net::test::CertificateOptions{.rsa = true});
  use_backend_key(config_["token_server"]);
  config_["token_server"]["tls"] = {{"certificate_file", certificate.certificate_file()},
                                    {"private_key_file", certificate.key_file()}};
  ChildProcess program({program_path(), "--config", write_config()});
  const auto url = ready_url(program);
  EXPECT_EQ(net::test::wrongs_of_key_exchange({.host = url.host, .port = url.port}), "");
}

// A login takes its time; whoever asked before the end gets the answer.
TEST_F(TokenServerProgram, AnswersWhatIsInFlightWhenItIsAskedToStop) {
  config_["token_server"]["callers"] = {{{"type", "users"}}};
  config_["account"]["api_key_secret"] = kRealSecret;
  const auto path = write_config();
  const auto add =
      "printf 'correct horse battery\n' | '" + program_path() + "' --config '" + path + "' user add alice";
  ASSERT_EQ(ChildProcess({"/bin/sh", "-c", add}).exit_code(), 0);
  ChildProcess program({program_path(), "--config", path});
  const auto url = ready_url(program);

  const std::string body = R"({"user":"alice","password":"correct horse battery"})";
  const std::string request =
      "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  boost::asio::io_context io;
  std::vector<boost::asio::ip::tcp::socket> sockets;
  for (int i = 0; i < 5; ++i) {  // checked one after the other, so the last takes a while
    sockets.emplace_back(io).connect({boost::asio::ip::make_address(url.host), url.port});
    boost::asio::write(sockets.back(), boost::asio::buffer(request));
  }
  EXPECT_EQ(wait_for_readiness(url, 200), 200);  // so all of them have been read
  program.signal(SIGTERM);
  std::string last;
  for (auto& socket : sockets) {
    last.clear();
    boost::system::error_code closed;
    boost::asio::read(socket, boost::asio::dynamic_buffer(last), closed);
    EXPECT_THAT(last, AllOf(HasSubstr("HTTP/1.1 200"), HasSubstr("refresh_token")));
  }
  EXPECT_THAT(last, HasSubstr("Connection: close"));
  EXPECT_EQ(program.exit_code(), 0);
}

}  // namespace
}  // namespace parley
