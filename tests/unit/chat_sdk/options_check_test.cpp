#include "chat_sdk/src/options_check.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>

#include "tests/support/temporary_file.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class OptionsCheckTest : public ::testing::Test {
 protected:
  static ClientOptions good() {
    ClientOptions options;
    options.endpoint = Endpoint::service("ws://127.0.0.1:4010/v3/wsconnect");
    options.tokens = fixed_token("a.b.c");
    return options;
  }

  static std::string problem(const ClientOptions& options) {
    const auto error = check_options(options);
    if (!error) return "";
    EXPECT_EQ(error->code, Errc::invalid_argument);
    return error->message;
  }

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = (files_.directory() / name).string();
    std::ofstream(path) << text;
    return path;
  }

  testing::TemporaryFile files_;
};

struct Case {
  std::function<void(ClientOptions&)> spoil;
  std::string problem;
};

TEST_F(OptionsCheckTest, TakesWhatIsRight) {
  EXPECT_EQ(problem(good()), "");
  auto options = good();
  options.endpoint = Endpoint::twilio("ie1");
  EXPECT_EQ(problem(options), "");
  options.endpoint = Endpoint::service("WSS://chat.example.org");
  EXPECT_EQ(problem(options), "");
  options.proxy = ProxyOptions::through("socks5://user:pw@proxy.example");
  EXPECT_EQ(problem(options), "");
  options.proxy = ProxyOptions::none();
  options.tls.pins = {"sha256/" + std::string(43, 'A') + "="};
  options.timeouts.probe = options.timeouts.silence;
  options.retry = {1ms, 1ms};
  options.tls.ca_file =
      file("ca.pem", "words\n-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(problem(options), "");
}

TEST_F(OptionsCheckTest, NamesTheOptionThatIsWrong) {
  const Case cases[] = {
      {[](auto& o) { o.endpoint.url = ""; }, "options.endpoint.url: expected a ws or wss URL, got none"},
      {[](auto& o) { o.endpoint.url = "foo"; }, "options.endpoint.url: expected a ws or wss URL, got 'foo'"},
      {[](auto& o) { o.endpoint.url = "127.0.0.1:4010/v3"; },
       "options.endpoint.url: expected a ws or wss URL, got '127.0.0.1:4010/v3'"},
      {[](auto& o) { o.endpoint.url = "https://host/x"; },
       "options.endpoint.url: expected a ws or wss URL, got 'https://host/x'"},
      {[](auto& o) { o.endpoint.url = "ftp://host/x"; }, "options.endpoint.url: expected a ws or wss URL"},
      {[](auto& o) { o.endpoint.url = "ws://"; }, "options.endpoint.url: expected a ws or wss URL"},
      {[](auto& o) { o.endpoint.url = "ws://host:99999/"; }, "the URL's port must be 1 to 65535"},
      {[](auto& o) { o.tokens = {}; }, "options.tokens: expected a token source, got none"},
      {[](auto& o) { o.tls.ca_file = "/nowhere/ca.pem"; },
       "options.tls.ca_file: expected a file, there is none at '/nowhere/ca.pem'"},
      {[](auto& o) { o.tls.ca_file = "/"; }, "options.tls.ca_file: expected a file, '/' is a directory"},
      {[](auto& o) {
         o.tls.pins = {"sha256/" + std::string(43, 'A') + "=", "sha256/AAAA"};
       },
       "options.tls.pins[1]: expected sha256/ and 44 characters of Base64"},
      {[](auto& o) {
         o.endpoint.url = "ws://host/x";
         o.tls.pins = {"sha256/" + std::string(43, 'A') + "="};
       },
       "options.tls.pins: expected none for a ws URL"},
      {[](auto& o) { o.proxy = ProxyOptions::through("https://proxy.example"); },
       "options.proxy.url: proxy scheme: proxies over TLS"},
      {[](auto& o) { o.proxy = ProxyOptions::through(""); }, "options.proxy.url: proxy host"},
      {[](auto& o) { o.timeouts.connect = -1s; },
       "options.timeouts.connect: expected a duration longer than zero"},
      {[](auto& o) { o.timeouts.dial = 0s; }, "options.timeouts.dial: "},
      {[](auto& o) { o.timeouts.request = -1ns; }, "options.timeouts.request: "},
      {[](auto& o) { o.timeouts.probe = -1s; }, "options.timeouts.probe: "},
      {[](auto& o) { o.timeouts.silence = 0s; }, "options.timeouts.silence: "},
      {[](auto& o) { o.timeouts.connect = Duration::max(); },
       "options.timeouts.connect: expected a hundred years at most"},
      {[](auto& o) { o.timeouts.probe = 46s; },
       "options.timeouts.probe: expected no more than timeouts.silence"},
      {[](auto& o) { o.retry.min = -1s; }, "options.retry.min: "},
      {[](auto& o) { o.retry.max = 0s; }, "options.retry.max: "},
      {[](auto& o) { o.retry.max = 999ms; }, "options.retry.min: expected no more than retry.max"},
      {[](auto& o) { o.outbox.lifetime = -1h; }, "options.outbox.lifetime: "},
      {[](auto& o) { o.cache.history_per_channel = -1; }, "options.cache.history_per_channel: "},
      {[](auto& o) {
         o.post = [](const auto&) {};
         o.callbacks.emplace();
       },
       "options.post: "},
  };
  for (const auto& [spoil, expected] : cases) {
    auto options = good();
    spoil(options);
    EXPECT_THAT(problem(options), HasSubstr(expected));
  }
}

TEST_F(OptionsCheckTest, WantsCertificatesInTheFileOfAuthorities) {
  auto options = good();
  options.tls.ca_file = file("key.pem", "-----BEGIN PRIVATE KEY-----\n");
  EXPECT_THAT(problem(options),
              HasSubstr("options.tls.ca_file: expected certificates in PEM, found none in"));
  options.tls.ca_file = file("empty.pem", "");
  EXPECT_THAT(problem(options), HasSubstr("found none in"));
}

TEST_F(OptionsCheckTest, SaysThatAFileCannotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every file";
  auto options = good();
  options.tls.ca_file = file("secret.pem", "-----BEGIN CERTIFICATE-----\n");
  ::chmod(options.tls.ca_file.c_str(), 0);
  EXPECT_THAT(problem(options), HasSubstr("options.tls.ca_file: cannot read"));
}

TEST_F(OptionsCheckTest, ShowsNoSecretOfAUrl) {
  auto options = good();
  options.endpoint.url = "ws://alice:hunter2@host/x?key=secret";
  EXPECT_THAT(problem(options), HasSubstr("must not contain user information"));
  EXPECT_THAT(problem(options), Not(HasSubstr("hunter2")));
  EXPECT_THAT(problem(options), Not(HasSubstr("secret")));
  for (const char* url : {"http://bob:hunt#er2@host/x", "http://bob:hunt@er2@host/x"}) {
    options.endpoint.url = url;
    EXPECT_THAT(problem(options), HasSubstr("got 'host/x'"));
  }
  options = good();
  options.proxy = ProxyOptions::through("http://alice:hunter2@proxy.example:0");
  EXPECT_THAT(problem(options), HasSubstr("options.proxy.url: proxy port"));
  EXPECT_THAT(problem(options), Not(HasSubstr("hunter2")));
  options.endpoint.url = "foo" + std::string(100'000, 'x') + "\n";
  EXPECT_LT(problem(options).size(), 200u);
}

}  // namespace
}  // namespace parley::detail
