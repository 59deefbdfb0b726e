#include <parley/parley.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <mutex>
#include <thread>

#include "common/net/http_server.hpp"
#include "common/net/url.hpp"
#include "tests/integration/net/proxy_program.hpp"
#include "tests/support/service_fixture.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/net/certificate.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = testing::ProxyProgram::Kind;

template <class T>
Result<T> get(std::future<Result<T>> future) {
  if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
    return Error{.code = Errc::timed_out, .message = "the test lost patience"};
  return future.get();
}

class ClientThroughProxyTest : public testing::ServiceTest, public ::testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    if (const auto why = testing::ProxyProgram::missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
  }
  ClientOptions options_through(const std::string& proxy_url) {
    ClientOptions options = options_for("alice");
    options.proxy = ProxyOptions::through(proxy_url);
    options.log = [this](LogLevel, std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_ += std::string(line) + "\n";
    };
    return options;
  }
  std::uint16_t service_port() const { return net::parse_url(service.url()).value().port; }

  testing::TemporaryFile place_;
  std::mutex mutex_;
  std::string log_;
  Runtime runtime_;
};

TEST_P(ClientThroughProxyTest, ConnectsAndSendsAndDownloadsAFile) {
  testing::ProxyProgram proxy({.kind = GetParam(), .user = "user", .password = "s3cr3t"}, place_.directory());
  std::string bytes(1 << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  {
    Client alice(runtime_, options_through(proxy.url()));
    const auto connected = get(alice.async_connect(use_future));
    ASSERT_TRUE(connected) << connected.error().to_string();
    const Channel channel = get(alice.async_create_group_channel({"files"}, use_future)).value();
    NewMessage message("look");
    message.files.push_back(NewFile::from_bytes(bytes, "b.bin"));
    const auto sent = get(channel.async_send_message(message, use_future));
    ASSERT_TRUE(sent) << sent.error().to_string();
    ASSERT_EQ(sent->media.size(), 1u);
    Download wanted;
    wanted.sid = sent->media[0].sid;
    wanted.path = place_.directory() / "b.bin";
    const auto size = get(channel.async_download(wanted, use_future));
    ASSERT_TRUE(size) << size.error().to_string();
    std::ifstream file(wanted.path, std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(file), {}) == bytes);
  }
  EXPECT_TRUE(proxy.was_asked_for(service_port()));
  EXPECT_THAT(log_, Not(HasSubstr("s3cr3t")));
}

TEST_P(ClientThroughProxyTest, TellsWhatTheProxyRefuses) {
  testing::ProxyProgram proxy({.kind = GetParam(), .user = "user", .password = "right"}, place_.directory());
  auto options = options_through(proxy.url("user:s3cr3t@"));
  options.timeouts.connect = std::chrono::seconds(3);
  Client alice(runtime_, std::move(options));
  const auto connected = get(alice.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::proxy_failed);
  EXPECT_THAT(connected.error().message, HasSubstr("the proxy refused the name and the password"));
  EXPECT_THAT(connected.error().to_string() + log_, Not(HasSubstr("s3cr3t")));
}

TEST_P(ClientThroughProxyTest, AnExceptionIsReachedDirectly) {
  testing::ProxyProgram proxy({.kind = GetParam()}, place_.directory());
  auto options = options_through(proxy.url());
  options.proxy.no_proxy = "example.org, 127.0.0.0/8";
  {
    Client alice(runtime_, std::move(options));
    const auto connected = get(alice.async_connect(use_future));
    ASSERT_TRUE(connected) << connected.error().to_string();
  }
  EXPECT_FALSE(proxy.was_asked_for(service_port()));
}

TEST_P(ClientThroughProxyTest, ATokenEndpointIsReachedThroughIt) {
  boost::asio::io_context context;
  net::HttpServer endpoint(context.get_executor(), {.listen = {.host = "127.0.0.1"}},
                           [](const http::Request&, const std::string&, net::HttpReply reply) {
                             http::Response answer;
                             answer.content_type = "application/json";
                             answer.body = R"({"token":")" + token_for("alice") + R"("})";
                             reply(std::move(answer));
                           });
  const auto address = endpoint.start().value();
  std::thread serving([&] { context.run(); });
  testing::ProxyProgram proxy({.kind = GetParam(), .user = "user", .password = "s3cr3t"}, place_.directory());
  std::promise<Result<std::string>> promise;
  auto told = promise.get_future();
  boost::asio::io_context caller;
  token_endpoint({.url = "http://" + address.to_string() + "/v1/token",
                  .user = "alice",
                  .proxy = ProxyOptions::through(proxy.url())})(
      caller.get_executor(), [&](Result<std::string> token) { promise.set_value(std::move(token)); });
  caller.run_for(std::chrono::seconds(10));
  ASSERT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  const auto token = told.get();
  EXPECT_TRUE(token) << token.error().to_string();
  context.stop();
  serving.join();
  EXPECT_TRUE(proxy.was_asked_for(address.port));
}

INSTANTIATE_TEST_SUITE_P(Debian, ClientThroughProxyTest, ::testing::Values(Kind::tinyproxy, Kind::microsocks),
                         [](const auto& info) {
                           return std::string(info.param == Kind::tinyproxy ? "tinyproxy" : "microsocks");
                         });

using ProxyOptionsTest = testing::ServiceTest;

TEST_F(ProxyOptionsTest, AWrongUrlNamesTheOption) {
  Runtime runtime;
  auto options = options_for("alice");
  options.proxy = ProxyOptions::through("https://user:s3cr3t@proxy.example");
  options.timeouts.connect = std::chrono::seconds(2);
  Client alice(runtime, std::move(options));
  const auto connected = get(alice.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::invalid_argument);
  EXPECT_THAT(connected.error().message, HasSubstr("options.proxy.url: proxy scheme"));
  EXPECT_THAT(connected.error().to_string(), Not(HasSubstr("s3cr3t")));
}

TEST_F(ProxyOptionsTest, TheEnvironmentsProxyIsNotForLoopback) {
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  Runtime runtime;
  Client alice(runtime, options_for("alice"));
  const auto connected = get(alice.async_connect(use_future));
  ::unsetenv("all_proxy");
  EXPECT_TRUE(connected) << connected.error().to_string();
}

TEST_F(ProxyOptionsTest, TheEnvironmentsProxyIsForAllOthers) {
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  Runtime runtime;
  const auto connect_with = [&](const ProxyOptions& proxy) {
    auto options = options_for("alice");
    options.endpoint = Endpoint::service("ws://192.0.2.1:4010/v3/wsconnect");  // for documentation only
    options.proxy = proxy;
    options.timeouts.connect = std::chrono::seconds(2);
    options.timeouts.dial = std::chrono::seconds(1);
    Client alice(runtime, std::move(options));
    return get(alice.async_connect(use_future)).error();
  };
  EXPECT_THAT(connect_with({}).message, HasSubstr("connect to proxy 127.0.0.1:1"));
  EXPECT_THAT(connect_with(ProxyOptions::none()).message, Not(HasSubstr("proxy")));
  ProxyOptions beside;
  beside.no_proxy = "192.0.2.0/24";
  EXPECT_THAT(connect_with(beside).message, Not(HasSubstr("proxy")));
  ::unsetenv("all_proxy");
}

/// Beside the plain service one with TLS, and clients that trust it.
class PinnedClientTest : public testing::ServiceTest {
 protected:
  PinnedClientTest() { secure_.start().value(); }

  static ServiceOptions with_tls(const net::test::Certificate& certificate) {
    auto options = service_options();
    options.tls = certificate.options();
    return options;
  }
  ClientOptions pinned(const std::string& pin) {
    auto options = options_for("alice");
    options.endpoint = Endpoint::service(secure_.url());
    options.tls.ca_file = certificate_.certificate_file();
    options.tls.pins = {pin};
    options.log = [this](LogLevel level, std::string_view line) {
      const std::lock_guard lock(mutex_);
      if (level == LogLevel::warning) warnings_ += std::string(line) + "\n";
    };
    return options;
  }

  const std::string other_pin_ = "sha256/" + std::string(43, 'A') + "=";
  net::test::Certificate certificate_;
  Service secure_{with_tls(certificate_)};
  std::mutex mutex_;
  std::string warnings_;
  Runtime runtime_;
};

TEST_F(PinnedClientTest, AnotherKeyIsRefused) {
  auto options = pinned(other_pin_);
  options.timeouts.connect = std::chrono::seconds(3);
  Client alice(runtime_, std::move(options));
  const auto connected = get(alice.async_connect(use_future));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::tls_failed);
  EXPECT_THAT(connected.error().message, HasSubstr("pinned key"));
}

TEST_F(PinnedClientTest, ReportOnlyLogsAWarningAndConnects) {
  auto options = pinned(other_pin_);
  options.tls.pins_report_only = true;
  {
    Client alice(runtime_, std::move(options));
    const auto connected = get(alice.async_connect(use_future));
    ASSERT_TRUE(connected) << connected.error().to_string();
  }
  EXPECT_THAT(warnings_, HasSubstr("pinned key"));
}

}  // namespace
}  // namespace parley
