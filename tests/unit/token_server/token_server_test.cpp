#include "token_server/token_server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/net/http_client.hpp"
#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/samples.hpp"

namespace parley::token_server {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TokenServerOptions options() {
  return {
      .listen = {"127.0.0.1", 0}, .key = samples::key(), .chat_service_sid = samples::kService, .ttl = 2s};
}

/// One server on a real socket and a client, on this thread.
class TokenServerTest : public testing::Test {
 protected:
  TokenServer make(TokenServerOptions options) {
    return TokenServer(io_.get_executor(), std::move(options), system_clock(),
                       [this](const RequestRecord& record) { log_.push_back(record); });
  }

  Result<http::Response> call(const net::ListenAddress& address, const http::Request& request) {
    if (io_.stopped()) io_.restart();
    std::optional<Result<http::Response>> result;
    const auto pending = net::http_call(io_.get_executor(),
                                        {.url = {"http", address.host, address.port, request.path},
                                         .method = request.method,
                                         .headers = {{"Content-Type", std::string(samples::kJson)}},
                                         .body = request.body,
                                         .tls = {}},
                                        [&](Result<http::Response> answer) { result = std::move(answer); });
    while (!result && io_.run_one() > 0) {
    }
    return result.value_or(Error{.code = Errc::protocol_error, .message = "no answer"});
  }

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

struct BadOptions {
  const char* name;
  void (*spoil)(TokenServerOptions&);
  const char* message;
};

const BadOptions kBadOptions[] = {
    {"all addresses", [](TokenServerOptions& o) { o.listen.host = "0.0.0.0"; }, "loopback"},
    {"a name that is not loopback", [](TokenServerOptions& o) { o.listen.host = "example.com"; }, "loopback"},
    {"auth token's account SID as key", [](TokenServerOptions& o) { o.key.key_sid = o.key.account_sid; },
     "api_key_sid"},
    {"empty secret", [](TokenServerOptions& o) { o.key.secret = ""; }, "api_key_secret"},
    {"channel SID as service", [](TokenServerOptions& o) { o.chat_service_sid[0] = 'C'; },
     "chat_service_sid"},
    {"no life", [](TokenServerOptions& o) { o.ttl = 0s; }, "ttl"},
    {"life over a day", [](TokenServerOptions& o) { o.ttl = 86401s; }, "ttl"},
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

}  // namespace
}  // namespace parley::token_server
