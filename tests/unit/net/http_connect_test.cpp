#include "common/net/src/http_connect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Proxy kProxy{.kind = Proxy::Kind::http, .host = "proxy", .port = 3128};
const Proxy kProxyWithUser{
    .kind = Proxy::Kind::http, .host = "proxy", .port = 3128, .user = "Aladdin", .password = "open sesame"};

/// What becomes of an answer that comes in pieces of `step` bytes.
Result<ProxyHandshake::Step> answered(const std::string& answer, std::size_t step,
                                      const Proxy& proxy = kProxy) {
  HttpConnect connect(proxy, "example.org", 443);
  EXPECT_TRUE(connect.begin());
  Result<ProxyHandshake::Step> last = ProxyHandshake::Step{};
  std::string early;
  for (std::size_t at = 0; at < answer.size(); at += step) {
    if (last && last->open) {
      early += answer.substr(at, step);  // the owner reads on by itself
      continue;
    }
    last = connect.take(answer.substr(at, step));
    if (!last) return last;
    EXPECT_EQ(last->send, "");
  }
  if (last) last->early += early;
  return last;
}

TEST(HttpConnect, AsksForTheServerByNameOrAddress) {
  EXPECT_EQ(HttpConnect(kProxy, "example.org", 443).begin()->send,
            "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
  EXPECT_EQ(HttpConnect(kProxy, "fd00::1", 80).begin()->send,
            "CONNECT [fd00::1]:80 HTTP/1.1\r\nHost: [fd00::1]:80\r\n\r\n");
}

TEST(HttpConnect, SaysWhoAsks) {
  EXPECT_EQ(
      HttpConnect(kProxyWithUser, "h", 1).begin()->send,
      "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

TEST(HttpConnect, RefusesAHostThatWouldAddHeaders) {
  const auto step = HttpConnect(kProxy, "h\r\nX: y", 443).begin();
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, Errc::invalid_argument);
}

TEST(HttpConnect, ATwoHundredOpensAndWhatFollowsIsTheServers) {
  for (const std::string head :
       {"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\nProxy-agent: x/1\r\n\r\n",
        "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n", "HTTP/1.0 200 OK\nA: b\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"})
    for (const std::string early : {"", "\r\n", "220 hello\r\n\r\n"})
      for (const std::size_t step : {1u, 2u, 3u, 7u, 1000u}) {
        SCOPED_TRACE(head + early + std::to_string(step));
        const auto outcome = answered(head + early, step);
        ASSERT_TRUE(outcome) << outcome.error().to_string();
        EXPECT_TRUE(outcome->open);
        EXPECT_EQ(outcome->early, early);
      }
}

TEST(HttpConnect, WaitsForTheWholeHead) {
  for (const std::string begun : {"", "H", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r",
                                  "HTTP/1.1 407 No\r\nA: b\r\n", "HTTP/1.1 100 Wait\r\n\r\n"}) {
    const auto outcome = answered(begun, 1);
    ASSERT_TRUE(outcome) << begun;
    EXPECT_FALSE(outcome->open) << begun;
  }
}

TEST(HttpConnect, SaysWhatTheProxyRefuses) {
  const std::string ntlm = "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n";
  const struct {
    std::string answer;
    const Proxy& proxy;
    int status;
    const char* words;
  } cases[] = {
      {"HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", kProxy, 407,
       "the proxy wants a name and a password"},
      {"HTTP/1.1 401 Unauthorized\r\n\r\n", kProxyWithUser, 401, "the proxy refused the name"},
      {"HTTP/1.1 407 X\r\n\r\n", kProxy, 407, "the proxy wants a name and a password"},
      {"HTTP/1.1 407 X\r\nproxy-authenticate:BASIC realm=x\r\n\r\n", kProxyWithUser, 407,
       "the proxy refused the name and the password"},
      {"HTTP/1.1 407 X\r\n" + ntlm + "\r\n", kProxyWithUser, 407,
       "the proxy wants an authentication other than Basic"},
      {"HTTP/1.1 407 X\r\n" + ntlm + "Proxy-Authenticate: Basic\r\n\r\n", kProxyWithUser, 407,
       "the proxy refused the name"},
      {"HTTP/1.1 407 X\r\nProxy-Authenticate: Negotiate, Basic realm=x\r\n\r\n", kProxyWithUser, 407,
       "the proxy refused the name"},
      {"HTTP/1.1 403 Filtered\r\n\r\n", kProxy, 403,
       "the proxy does not allow connections to example.org:443"},
      {"HTTP/1.1 405 X\r\n\r\n", kProxy, 405, "the proxy does not know CONNECT"},
      {"HTTP/1.1 501 X\r\n\r\n", kProxy, 501, "the proxy does not know CONNECT"},
      {"HTTP/1.1 500 X\r\n\r\n", kProxy, 500, "the proxy could not connect to example.org:443"},
      {"HTTP/1.1 502 X\r\n\r\n", kProxy, 502, "the proxy could not connect"},
      {"HTTP/1.1 504 X\r\n\r\n", kProxy, 504, "the proxy could not connect"},
      {"HTTP/1.1 302 X\r\nLocation: http://x/\r\n\r\n", kProxy, 302,
       "the proxy answered with HTTP status 302"},
      {"SSH-2.0-OpenSSH\r\n", kProxy, 0, "the proxy's answer is not HTTP"},
      {"HTTP/2 200\r\n\r\n", kProxy, 0, "the proxy's answer is not HTTP"},
      {"HTTP/1.1 2OO OK\r\n\r\n", kProxy, 0, "the proxy's answer is not HTTP"},
      {"HTTP/1.1 2000 OK\r\n\r\n", kProxy, 0, "the proxy's answer is not HTTP"},
      {"HTTP/1.1 000 OK\r\n\r\n", kProxy, 0, "the proxy's answer is not HTTP"},
      {"HTTP/1.1\r\n\r\n", kProxy, 0, "the proxy's answer is not HTTP"},
      {"\x05\xff", kProxy, 0, "the proxy's answer is not HTTP"},
  };
  for (const auto& c : cases)
    for (const std::size_t step : {1u, 5u, 1000u}) {
      SCOPED_TRACE(c.answer);
      const auto outcome = answered(c.answer, step, c.proxy);
      ASSERT_FALSE(outcome);
      EXPECT_EQ(outcome.error().code, Errc::proxy_failed);
      EXPECT_EQ(outcome.error().http_status, c.status);
      EXPECT_THAT(outcome.error().message, StartsWith(c.words));
      for (const char* secret : {"Aladdin", "sesame", "QWxhZ"})
        EXPECT_THAT(outcome.error().to_string(), Not(HasSubstr(secret)));
    }
}

TEST(HttpConnect, AnAnswerWithoutEndIsGivenUp) {
  const std::string endless[] = {
      "HTTP/1.1 200 OK\r\nX: " + std::string(HttpConnect::kMaxHeadBytes, 'x'),
      "HTTP/1.1 200 OK\r\nX: " + std::string(HttpConnect::kMaxHeadBytes, 'x') + "\r\n\r\n",
  };
  for (const auto& answer : endless)
    for (const std::size_t step : {1000u, 100'000u}) {
      const auto outcome = answered(answer, step);
      ASSERT_FALSE(outcome);
      EXPECT_THAT(outcome.error().message, HasSubstr("more than 16 KiB"));
    }
  std::string interim;
  while (interim.size() <= HttpConnect::kMaxHeadBytes) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_FALSE(answered(interim, 1000)) << "interim answers count together";
}

}  // namespace
}  // namespace parley::net
