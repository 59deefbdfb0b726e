#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/net/http_client.hpp"
#include "tests/integration/net/proxy_program.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/stream_fixture.hpp"

namespace parley::net::test {
namespace {

using parley::testing::ProxyProgram;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Kind = ProxyProgram::Kind;

/// A TLS server of ours behind proxies of other people.
class ProxiesTest : public StreamFixture, public ::testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    if (const auto why = ProxyProgram::missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
    start({.tls = TlsServerOptions{.certificate_file = certificate_.certificate_file(),
                                   .private_key_file = certificate_.key_file()}});
  }
  ProxyProgram::Settings settings(const std::string& user = "", const std::string& password = "") const {
    return {.kind = GetParam(), .user = user, .password = password};
  }
  std::string directory() const { return place_.directory(); }

  HttpCall call_to(const std::string& host, const std::string& proxy_url) const {
    HttpCall request{.url = {.scheme = "https", .host = host, .port = address_.port, .target = "/secure"},
                     .method = "POST",
                     .body = std::string(60'000, 'b')};
    request.tls.ca_file = certificate_.certificate_file();
    request.proxy = parse_proxy(proxy_url).value();
    return request;
  }
  Result<http::Response> call(HttpCall request) {
    std::optional<Result<http::Response>> outcome;
    const auto pending =
        http_call(loop_.executor(), std::move(request), [&](auto result) { outcome = std::move(result); });
    if (!loop_.run_until([&] { return outcome.has_value(); }))
      return Error{.message = "the call never ended"};
    return *outcome;
  }
  Error refused(HttpCall request) {
    const auto answer = call(std::move(request));
    EXPECT_FALSE(answer);
    if (answer) return {};
    EXPECT_THAT(answer.error().to_string(), Not(HasSubstr("s3cr3t")));
    return answer.error();
  }
  void expect_message_both_ways(const std::string& proxy_url) {
    auto options = dial_options("/ws", "wss");
    options.tls.ca_file = certificate_.certificate_file();
    options.proxy = parse_proxy(proxy_url).value();
    connect(options);
    const std::string large(300'000, 'l');
    client_.send(large);
    ASSERT_TRUE(loop_.run_until([&] { return server_peer().messages.size() == 1; }));
    EXPECT_TRUE(server_peer().messages[0] == large);
    server_peer().send("back");
    ASSERT_TRUE(loop_.run_until([&] { return client_.messages.size() == 1; }));
    EXPECT_EQ(client_.messages[0], "back");
  }

  parley::testing::TemporaryFile place_;
  Certificate certificate_;
};

TEST_P(ProxiesTest, LeadToATlsServerAndAWebSocket) {
  ProxyProgram proxy(settings(), directory());
  const auto answer = call(call_to("127.0.0.1", proxy.url()));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "POST /secure [" + std::string(60'000, 'b') + "]");
  expect_message_both_ways(proxy.url());
  client_.stream.reset();
  EXPECT_TRUE(proxy.was_asked_for(address_.port));
}

TEST_P(ProxiesTest, AreAskedWithAPassword) {
  ProxyProgram proxy(settings("user", "s3cr3t"), directory());
  const auto answer = call(call_to("127.0.0.1", proxy.url()));
  ASSERT_TRUE(answer) << answer.error().to_string();
  expect_message_both_ways(proxy.url());
}

TEST_P(ProxiesTest, ResolveTheNameAndTheCertificateIsForIt) {
  boost::asio::ip::tcp::resolver resolver(loop_.executor());
  if (GetParam() == Kind::microsocks && !resolver.resolve("localhost", "1")->endpoint().address().is_v4())
    GTEST_SKIP() << "microsocks tries the first address only, which is not where the server listens";
  ProxyProgram proxy(settings(), directory());
  ASSERT_TRUE(call(call_to("localhost", proxy.url())));
  const Certificate elsewhere("DNS:elsewhere.example");
  server_.reset();
  certificate_.replace_by(elsewhere);
  start({.tls = TlsServerOptions{.certificate_file = certificate_.certificate_file(),
                                 .private_key_file = certificate_.key_file()}});
  const auto error = refused(call_to("localhost", proxy.url()));
  EXPECT_EQ(error.code, Errc::tls_failed);
  EXPECT_THAT(error.message, HasSubstr("for another host than localhost"));
}

TEST_P(ProxiesTest, CarryPlainHttpToo) {
  server_.reset();
  start();
  ProxyProgram proxy(settings(), directory());
  auto request = call_to("127.0.0.1", proxy.url());
  request.url.scheme = "http";
  ASSERT_TRUE(call(request));
  EXPECT_TRUE(proxy.was_asked_for(address_.port)) << "for a tunnel, though it is plain";
}

TEST_P(ProxiesTest, AWrongPasswordIsTold) {
  ProxyProgram proxy(settings("user", "right"), directory());
  const auto error = refused(call_to("127.0.0.1", proxy.url("user:s3cr3t@")));
  EXPECT_EQ(error.code, Errc::proxy_failed);
  EXPECT_THAT(error.message, StartsWith("ask proxy 127.0.0.1:" + std::to_string(proxy.port()) +
                                        " for 127.0.0.1:" + std::to_string(address_.port) + ": "));
  EXPECT_THAT(error.message, HasSubstr("the proxy refused the name and the password"));
  EXPECT_TRUE(requests_.empty());
}

TEST_P(ProxiesTest, AMissingPasswordIsTold) {
  ProxyProgram proxy(settings("user", "s3cr3t"), directory());
  const auto error = refused(call_to("127.0.0.1", proxy.url("")));
  EXPECT_EQ(error.code, Errc::proxy_failed);
  EXPECT_THAT(error.message, HasSubstr("the proxy wants a name and a password"));
}

TEST_P(ProxiesTest, AServerThatIsDownIsTold) {
  ProxyProgram proxy(settings(), directory());
  boost::asio::ip::tcp::acceptor down(loop_.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0});
  auto request = call_to("127.0.0.1", proxy.url());
  request.url.port = down.local_endpoint().port();
  down.close();
  const auto error = refused(request);
  EXPECT_EQ(error.code, Errc::proxy_failed) << error.to_string();
  EXPECT_THAT(error.message, HasSubstr(": the proxy "));
  EXPECT_THAT(error.message, HasSubstr("127.0.0.1:" + std::to_string(request.url.port)));
}

TEST_P(ProxiesTest, APortThatIsNotAllowedIsTold) {
  if (GetParam() != Kind::tinyproxy) GTEST_SKIP() << "microsocks allows every port";
  auto only_https = settings();
  only_https.ports = {443};
  ProxyProgram proxy(only_https, directory());
  const auto error = refused(call_to("127.0.0.1", proxy.url()));
  EXPECT_EQ(error.code, Errc::proxy_failed);
  EXPECT_EQ(error.http_status, 403);
  EXPECT_THAT(error.message, HasSubstr("the proxy does not allow connections to 127.0.0.1:"));
}

TEST_P(ProxiesTest, AProxyThatIsDownIsUnreachable) {
  std::string url;
  {
    ProxyProgram proxy(settings("user", "s3cr3t"), directory());
    url = proxy.url();
  }
  const auto error = refused(call_to("127.0.0.1", url));
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_THAT(error.message, StartsWith("connect to proxy 127.0.0.1:"));
}

TEST_P(ProxiesTest, AProxyThatSaysNothingIsNamedWhenTimeIsUp) {
  ProxyProgram proxy(settings(), directory());
  proxy.fall_silent();
  auto request = call_to("127.0.0.1", proxy.url());
  request.timeout = milliseconds(1000);
  const auto error = refused(request);
  EXPECT_EQ(error.code, Errc::timed_out);
  EXPECT_THAT(error.message, StartsWith("ask proxy 127.0.0.1:" + std::to_string(proxy.port())));
}

INSTANTIATE_TEST_SUITE_P(Debian, ProxiesTest, ::testing::Values(Kind::tinyproxy, Kind::microsocks),
                         [](const auto& info) {
                           return std::string(info.param == Kind::tinyproxy ? "tinyproxy" : "microsocks");
                         });

}  // namespace
}  // namespace parley::net::test
