#include "common/net/http_client.hpp"
#include "common/net/message_stream.hpp"
#include "tests/unit/net/call_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

/// Calls http(s)://server.example:1234 through proxies that say what a test wants.
class ProxyDialTest : public CallFixture {
 protected:
  static Proxy proxy_at(std::uint16_t port, Proxy::Kind kind = Proxy::Kind::http) {
    return {.kind = kind, .host = "127.0.0.1", .port = port, .user = "user", .password = "s3cr3t"};
  }
  Result<http::Response> call_through(const Proxy& proxy, const std::string& scheme = "http",
                                      std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
    stage_ = "ask proxy " + proxy.name() + " for server.example:1234: ";
    HttpCall request{.url = {.scheme = scheme, .host = "server.example", .port = 1234, .target = "/"},
                     .timeout = timeout};
    request.proxy = proxy;
    return call(std::move(request));
  }
  Error refused(const std::string& answer) {
    ScriptedServer proxy(loop_, answer);
    const auto outcome = call_through(proxy_at(proxy.port()));
    EXPECT_FALSE(outcome);
    return outcome ? Error{} : outcome.error();
  }

  std::string stage_;
};

TEST_F(ProxyDialTest, WhatComesWithTheAnswerIsTheServers) {
  ScriptedServer proxy(loop_, "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
  const auto answer = call_through(proxy_at(proxy.port()));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "early");
}

TEST_F(ProxyDialTest, ALongEarlyAnswerIsWhole) {
  const std::string body(40'000, 'b');
  ScriptedServer proxy(loop_,
                       "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + body);
  const auto answer = call_through(proxy_at(proxy.port()));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, body);
}

TEST_F(ProxyDialTest, TlsReadsWhatCameWithTheAnswer) {
  ScriptedServer proxy(loop_, "HTTP/1.1 200 OK\r\n\r\nthis is no TLS record");
  const auto answer = call_through(proxy_at(proxy.port()), "https");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::tls_failed);
  EXPECT_THAT(answer.error().message,
              StartsWith("TLS with server.example:1234: what answers does not speak TLS"));
}

TEST_F(ProxyDialTest, SaysThatTheProxyRefuses) {
  const auto error = refused("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  EXPECT_EQ(error.code, Errc::proxy_failed);
  EXPECT_EQ(error.http_status, 407);
  EXPECT_THAT(error.message, StartsWith(stage_ + "the proxy refused the name and the password"));
  EXPECT_THAT(error.to_string(), testing::Not(HasSubstr("s3cr3t")));
}

TEST_F(ProxyDialTest, AnAnswerWithoutEndIsGivenUp) {
  const auto error = refused("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'));
  EXPECT_EQ(error.code, Errc::proxy_failed);
  EXPECT_THAT(error.message, HasSubstr("more than 16 KiB"));
}

TEST_F(ProxyDialTest, AProxyThatHangsUpHasFailed) {
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\n"}) {
    const auto error = refused(answer);
    EXPECT_EQ(error.code, Errc::proxy_failed);
    EXPECT_THAT(error.message, StartsWith(stage_ + "the proxy closed the connection"));
  }
}

TEST_F(ProxyDialTest, ATimeoutNamesTheProxyThatIsSilent) {
  boost::asio::ip::tcp::acceptor mute(loop_.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0});
  for (const auto kind : {Proxy::Kind::http, Proxy::Kind::socks5}) {
    const auto outcome =
        call_through(proxy_at(mute.local_endpoint().port(), kind), "https", milliseconds(500));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Errc::timed_out);
    EXPECT_THAT(outcome.error().message, StartsWith(stage_));
  }
}

TEST_F(ProxyDialTest, AProxyThatIsDownIsUnreachable) {
  boost::asio::ip::tcp::acceptor closed(loop_.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0});
  const auto port = closed.local_endpoint().port();
  closed.close();
  const auto outcome = call_through(proxy_at(port));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unreachable);
  EXPECT_THAT(outcome.error().message, StartsWith("connect to proxy 127.0.0.1:" + std::to_string(port)));
}

TEST_F(ProxyDialTest, AProxyWithoutAddressIsUnresolved) {
  auto proxy = proxy_at(3128);
  proxy.host = "no-such-proxy.invalid";
  const auto outcome = call_through(proxy);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::unresolved);
  EXPECT_THAT(outcome.error().message, StartsWith("resolve proxy no-such-proxy.invalid:3128"));
}

TEST_F(ProxyDialTest, AWebSocketDialNamesItsStagesToo) {
  boost::asio::ip::tcp::acceptor mute(loop_.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0});
  DialOptions options{.url = {.scheme = "wss", .host = "::1", .port = 443, .target = "/"},
                      .timeout = milliseconds(500)};
  options.proxy = proxy_at(mute.local_endpoint().port());
  std::optional<Error> error;
  const auto pending =
      dial_websocket(loop_.executor(), options, [&](auto stream) { error = stream.error(); });
  ASSERT_TRUE(loop_.run_until([&] { return error.has_value(); }));
  EXPECT_EQ(error->code, Errc::timed_out);
  EXPECT_THAT(error->message, StartsWith("ask proxy " + options.proxy->name() + " for [::1]:443: "));
}

TEST_F(ProxyDialTest, ADroppedCallNeverCompletesAndHangsUp) {
  boost::asio::ip::tcp::acceptor acceptor(loop_.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0});
  boost::asio::ip::tcp::socket socket(loop_.executor());
  std::string asked;
  bool ended = false;
  bool completed = false;
  std::array<char, 4096> buffer;
  std::function<void()> read = [&] {
    socket.async_read_some(boost::asio::buffer(buffer),
                           [&](boost::system::error_code error, std::size_t size) {
                             asked.append(buffer.data(), size);
                             error ? void(ended = true) : read();
                           });
  };
  acceptor.async_accept(socket, [&](boost::system::error_code) { read(); });
  HttpCall request{.url = {.scheme = "http", .host = "server.example", .port = 80, .target = "/"}};
  request.proxy = proxy_at(acceptor.local_endpoint().port());
  auto pending = http_call(loop_.executor(), request, [&](auto) { completed = true; });
  ASSERT_TRUE(loop_.run_until([&] { return asked.find("\r\n\r\n") != asked.npos; }));
  EXPECT_THAT(asked, StartsWith("CONNECT server.example:80 HTTP/1.1\r\n"));
  pending.reset();
  ASSERT_TRUE(loop_.run_until([&] { return ended; }));
  EXPECT_FALSE(completed);
}

}  // namespace
}  // namespace parley::net::test
