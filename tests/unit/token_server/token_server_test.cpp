#include "token_server/token_server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "common/net/http_client.hpp"
#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/samples.hpp"

namespace parley::token_server {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TokenServerOptions options() {
  return TokenServerOptions::development({"127.0.0.1", 0}, samples::key(), samples::kService, 2s);
}

/// One server on a real socket and a client, on this thread.
class TokenServerTest : public testing::Test {
 protected:
  TokenServer make(TokenServerOptions options) {
    return TokenServer(
        {io_.get_executor()}, std::move(options),
        {.clock = system_clock(), .log = [this](const RequestRecord& record) { log_.push_back(record); }});
  }

  Result<http::Response> call(const net::ListenAddress& address, const http::Request& request) {
    if (io_.stopped()) io_.restart();
    std::optional<Result<http::Response>> result;
    const auto pending = net::http_call(io_.get_executor(),
                                        {.url = {"http", address.host, address.port, request.path},
                                         .method = request.method,
                                         .headers = headers_,
                                         .body = request.body,
                                         .tls = {}},
                                        [&](Result<http::Response> answer) { result = std::move(answer); });
    while (!result && io_.run_one() > 0) {
    }
    return result.value_or(Error{.code = Errc::protocol_error, .message = "no answer"});
  }

  http::Fields headers_{{"Content-Type", samples::kJson}};
  boost::asio::io_context io_{1};
  std::vector<RequestRecord> log_;
};

TEST_F(TokenServerTest, GivesATokenThatVerifies) {
  auto server = make(options());
  const auto address = server.start();
  ASSERT_TRUE(address) << address.error().to_string();
  const auto response = call(*address, samples::post("/v1/token", R"({"user":"alice"})"));
  ASSERT_TRUE(response) << response.error().to_string();
  ASSERT_EQ(response->status, 200) << response->body;
  EXPECT_EQ(http::find_header(response->headers, "Cache-Control"), "no-store");
  const auto body = nlohmann::json::parse(response->body);
  const auto claims = token::verify(body["token"].get<std::string>(), token::KeyRing(samples::key()),
                                    {.service_sids = {samples::kService}}, system_clock().wall_now());
  ASSERT_TRUE(claims) << claims.error().to_string();
  EXPECT_EQ(claims->identity, "alice");
  EXPECT_EQ(claims->expires_at - claims->issued_at, 2s);
  ASSERT_EQ(log_.size(), 1u);
  EXPECT_EQ(log_[0].status, 200);
  EXPECT_EQ(log_[0].token_id, claims->token_id);
}

TEST_F(TokenServerTest, RefusesALargeBody) {
  auto server = make(options());
  const auto address = server.start();
  ASSERT_TRUE(address) << address.error().to_string();
  const std::string padding(4097, ' ');
  const auto response = call(*address, samples::post("/v1/token", R"({"user":"alice"})" + padding));
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->status, 413);
  EXPECT_EQ(nlohmann::json::parse(response->body)["status"], 413);
  // What the HTTP server refuses by itself is marked and logged like everything else.
  EXPECT_EQ(http::find_header(response->headers, "Cache-Control"), "no-store");
  EXPECT_TRUE(http::find_header(response->headers, "X-Request-Id"));
  ASSERT_EQ(log_.size(), 1u);
  EXPECT_EQ(log_[0].status, 413);
}

TEST_F(TokenServerTest, StopsAndFreesItsPort) {
  auto server = make(options());
  const auto address = server.start();
  ASSERT_TRUE(address);
  int stopped = 0;
  server.stop(1s, [&] { ++stopped; });
  while (stopped == 0 && io_.run_one() > 0) {
  }
  EXPECT_EQ(stopped, 1);
  const auto response = call(*address, samples::post("/v1/token", "{}"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Errc::unreachable);
}

TEST_F(TokenServerTest, ReportsAPortThatIsTaken) {
  auto first = make(options());
  const auto address = first.start();
  ASSERT_TRUE(address);
  auto taken = options();
  taken.listen = *address;
  auto second = make(taken);
  const auto failed = second.start();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().code, Errc::invalid_config);
  EXPECT_FALSE(failed.error().message.empty());
}

AccountOptions& account(TokenServerOptions& options) { return options.policy.accounts[0]; }

struct BadOptions {
  const char* name;
  void (*spoil)(TokenServerOptions&);
  const char* message;
};

const BadOptions kBadOptions[] = {
    {"all addresses", [](TokenServerOptions& o) { o.listen.host = "0.0.0.0"; }, "loopback"},
    {"a name that is not loopback", [](TokenServerOptions& o) { o.listen.host = "example.com"; }, "loopback"},
    {"auth token's account SID as key",
     [](TokenServerOptions& o) { account(o).key.key_sid = account(o).key.account_sid; }, "api_key_sid"},
    {"empty secret", [](TokenServerOptions& o) { account(o).key.secret = ""; }, "api_key_secret"},
    {"channel SID as service", [](TokenServerOptions& o) { account(o).chat_service_sid[0] = 'C'; },
     "chat_service_sid"},
    {"no life", [](TokenServerOptions& o) { o.policy.ttl = 0s; }, "ttl"},
    {"life over a day", [](TokenServerOptions& o) { o.policy.ttl = 86401s; }, "ttl"},
    {"nobody to serve", [](TokenServerOptions& o) { o.policy.callers.clear(); }, "callers"},
    {"users without a database", [](TokenServerOptions& o) { o.policy.callers[0].who = UserCallers{}; },
     "database"},
};

TEST_F(TokenServerTest, DoesNotStartWithOptionsThatCannotWork) {
  for (const auto& c : kBadOptions) {
    SCOPED_TRACE(c.name);
    auto bad = options();
    c.spoil(bad);
    auto server = make(bad);
    const auto address = server.start();
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error().code, Errc::invalid_config);
    EXPECT_THAT(address.error().message, HasSubstr(c.message));
    EXPECT_THAT(address.error().message, testing::Not(HasSubstr(samples::kSecret)));
  }
}

TEST_F(TokenServerTest, ReplacesItsPolicyWhileItRuns) {
  auto server = make(options());
  const auto address = server.start();
  ASSERT_TRUE(address);
  const auto ask = samples::post("/v1/token", R"({"user":"alice"})");
  EXPECT_EQ(call(*address, ask)->status, 200);

  auto policy = samples::policy(BackendKeys{samples::backend()});
  ASSERT_TRUE(server.reload(policy));
  EXPECT_EQ(call(*address, ask)->status, 401);
  headers_.emplace_back("Authorization", "Bearer " + samples::kBackendKey);
  EXPECT_EQ(call(*address, ask)->status, 200);

  auto bad = policy;
  bad.accounts[0].chat_service_sid.clear();
  const auto refused = server.reload(bad);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("chat_service_sid"));
  EXPECT_EQ(call(*address, ask)->status, 200) << "the old policy goes on";
}

TEST_F(TokenServerTest, ShowsMetricsOnAListenerOfTheirOwn) {
  auto with_metrics = options();
  with_metrics.metrics_listen = net::ListenAddress{"127.0.0.1", 0};
  auto server = make(with_metrics);
  const auto address = server.start();
  ASSERT_TRUE(address);
  ASSERT_TRUE(server.metrics_address());
  EXPECT_EQ(call(*address, samples::post("/v1/token", R"({"user":"alice"})"))->status, 200);
  EXPECT_EQ(call(*address, samples::get("/metrics"))->status, 404);
  const auto metrics = call(*server.metrics_address(), samples::get("/metrics"));
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->status, 200);
  EXPECT_THAT(metrics->body, HasSubstr("token_server_tokens_total{caller=\"development\"} 1"));
  EXPECT_EQ(call(*server.metrics_address(), samples::get("/healthz"))->status, 200);
  EXPECT_EQ(call(*server.metrics_address(), samples::get("/readyz"))->status, 200);
  EXPECT_EQ(call(*server.metrics_address(), samples::post("/readyz", "{}"))->status, 405);
  EXPECT_EQ(call(*server.metrics_address(), samples::post("/v1/token", "{}"))->status, 404);
}

TEST_F(TokenServerTest, MetricsMayFailOnlyWhereNobodyAskedForThem) {
  boost::asio::ip::tcp::acceptor taken(io_, {boost::asio::ip::make_address("127.0.0.1"), 0});
  auto with_metrics = options();
  with_metrics.metrics_listen = net::ListenAddress{"127.0.0.1", taken.local_endpoint().port()};
  const auto refused = make(with_metrics).start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unreachable);
  with_metrics.metrics_may_fail = true;
  std::vector<std::string> warnings;
  TokenServer server(
      {io_.get_executor()}, with_metrics,
      {.clock = system_clock(), .warn = [&](const std::string& warning) { warnings.push_back(warning); }});
  const auto address = server.start();
  ASSERT_TRUE(address) << address.error().to_string();
  EXPECT_FALSE(server.metrics_address());
  EXPECT_THAT(warnings, testing::ElementsAre(HasSubstr("no metrics are served: cannot listen on 127.0.0.1")));
  EXPECT_EQ(call(*address, samples::get("/healthz"))->status, 200);
}

TEST_F(TokenServerTest, ServesWithSeveralWorkers) {
  boost::asio::io_context second{1};
  std::atomic<int> logged = 0;
  std::optional<TokenServer> server;
  server.emplace(std::vector<boost::asio::any_io_executor>{io_.get_executor(), second.get_executor()},
                 options(),
                 Surroundings{.clock = system_clock(), .log = [&](const RequestRecord&) { ++logged; }});
  const auto address = server->start();
  ASSERT_TRUE(address) << address.error().to_string();
  std::thread worker([&] {
    const auto work = boost::asio::make_work_guard(second);
    second.run();
  });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(call(*address, samples::post("/v1/token", R"({"user":"alice"})"))->status, 200);
  EXPECT_TRUE(server->reload(samples::policy(BackendKeys{samples::backend()})));
  bool stopped = false;
  server->stop(1s, [&] { stopped = true; });
  io_.restart();
  while (!stopped) io_.run_one();
  EXPECT_EQ(logged, 50);
  second.stop();
  worker.join();
  server.reset();
}

}  // namespace
}  // namespace parley::token_server
