#include "common/net/tls.hpp"

#include "common/net/http_client.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/stream_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class TlsTest : public StreamFixture {
 protected:
  void start_tls() { start_tls(certificate_); }
  void start_tls(const Certificate& certificate) {
    start({.tls = TlsServerOptions{.certificate_file = certificate.certificate_file(),
                                   .private_key_file = certificate.key_file()}});
  }
  DialOptions trusting_options() const {
    auto options = dial_options("/ws", "wss");
    options.tls.ca_file = certificate_.certificate_file();
    return options;
  }
  Certificate certificate_;
};

TEST_F(TlsTest, CarriesMessages) {
  start_tls();
  for (const char* host : {"127.0.0.1", "localhost"}) {
    SCOPED_TRACE(host);
    auto options = trusting_options();
    options.url.host = host;
    server_peers_.clear();
    client_ = {};
    connect(options);
    const std::string large(300'000, 'l');
    client_.send("small");
    client_.send(large);
    server_peer().send(large);
    ASSERT_TRUE(
        loop_.run_until([&] { return server_peer().messages.size() == 2 && client_.messages.size() == 1; }));
    EXPECT_TRUE(server_peer().messages[1] == large);
    EXPECT_TRUE(client_.messages[0] == large);
    EXPECT_EQ(server_peer().stream->peer_address(), "127.0.0.1");
  }
}

TEST_F(TlsTest, ClosesInOrder) {
  start_tls();
  connect(trusting_options());
  client_.send("last words");
  client_.stream->close(seconds(60));
  ASSERT_TRUE(loop_.run_until([&] { return !client_.closed.empty() && !server_peer().closed.empty(); }));
  EXPECT_EQ(server_peer().messages.size(), 1u);
  EXPECT_EQ(server_peer().closed[0].server_code, 1000);
  EXPECT_EQ(client_.closed[0].code, Errc::client_closed);
}

TEST_F(TlsTest, RefusesACertificateThatNobodyVouchesFor) {
  start_tls();
  const auto stream = dial(dial_options("/ws", "wss"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::tls_failed);
  EXPECT_THAT(stream.error().message, StartsWith("TLS with 127.0.0.1:"));
  EXPECT_THAT(stream.error().message, HasSubstr("the server's certificate is self-signed"));
}

TEST_F(TlsTest, RefusesACertificateForAnotherName) {
  const Certificate elsewhere("DNS:elsewhere.example,IP:127.0.0.2");
  start_tls(elsewhere);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    SCOPED_TRACE(host);
    auto options = dial_options("/ws", "wss");
    options.url.host = host;
    options.tls.ca_file = elsewhere.certificate_file();
    const auto stream = dial(options);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().code, Errc::tls_failed);
    EXPECT_THAT(stream.error().message, HasSubstr("is for another host than " + options.url.host));
  }
}

TEST_F(TlsTest, CanBeToldToTrustAnything) {
  const Certificate elsewhere("DNS:elsewhere.example");
  start_tls(elsewhere);
  auto options = dial_options("/ws", "wss");
  options.tls.verify = false;
  EXPECT_TRUE(dial(options));
}

TEST_F(TlsTest, RefusesAServerThatDoesNotSpeakIt) {
  start();
  const auto stream = dial(dial_options("/ws", "wss"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::tls_failed);
  EXPECT_THAT(stream.error().message, StartsWith("TLS with"));
}

TEST_F(TlsTest, ClosesClientsThatDoNotSpeakIt) {
  start_tls();
  talk_to_end("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(TlsTest, NamesTheFileThatCannotBeUsed) {
  start_tls();
  auto options = dial_options("/ws", "wss");
  options.tls.ca_file = "/does/not/exist.pem";
  const auto stream = dial(options);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, Errc::invalid_config);
  EXPECT_THAT(stream.error().message, HasSubstr("/does/not/exist.pem"));

  HttpServer server(loop_.executor(),
                    {.listen = {.host = "127.0.0.1"},
                     .tls = TlsServerOptions{.certificate_file = certificate_.certificate_file(),
                                             .private_key_file = "/nor/this.pem"}},
                    [](auto&&...) {});
  const auto address = server.start();
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().code, Errc::invalid_config);
  EXPECT_THAT(address.error().message, HasSubstr("/nor/this.pem"));
}

TEST_F(TlsTest, CarriesHttp) {
  start_tls();
  std::optional<Result<http::Response>> answer;
  HttpCall request{
      .url = dial_options("/secure", "https").url, .method = "POST", .body = std::string(60'000, 'b')};
  request.tls.ca_file = certificate_.certificate_file();
  const auto pending = http_call(loop_.executor(), request, [&](auto result) { answer = std::move(result); });
  ASSERT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
  ASSERT_TRUE(*answer) << answer->error().to_string();
  EXPECT_EQ((*answer)->body, "POST /secure [" + request.body + "]");
}

}  // namespace
}  // namespace parley::net::test
