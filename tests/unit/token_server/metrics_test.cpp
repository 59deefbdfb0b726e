#include "token_server/http/metrics.hpp"

#include <gmock/gmock.h>

#include "tests/unit/token_server/api_driver.hpp"

namespace parley::token_server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountWhatHappens) {
  auto policy = samples::policy(BackendKeys{samples::backend()});
  policy.rates.per_minute_and_identity = 1;
  ApiDriver driver(policy);
  for (int i = 0; i < 6; ++i)
    driver.ask(samples::with_key(samples::post("/v1/token", R"({"user":"alice"})")));
  driver.ask(samples::post("/v1/token", "{}"));
  driver.ask(samples::post("/made/up/by/alice", "{}"));
  EXPECT_THAT(driver.shared().metrics.text(),
              AllOf(HasSubstr(R"(token_server_requests_total{route="/v1/token",status="200"} 5)"),
                    HasSubstr(R"(token_server_requests_total{route="/v1/token",status="429"} 1)"),
                    HasSubstr(R"(token_server_requests_total{route="/v1/token",status="401"} 1)"),
                    HasSubstr(R"(token_server_requests_total{route="other",status="404"} 1)"),
                    HasSubstr(R"(token_server_tokens_total{caller="backend_key"} 5)"),
                    HasSubstr(R"(token_server_rate_limited_total{by="identity"} 1)"),
                    HasSubstr("token_server_request_seconds_count 8"), Not(HasSubstr("alice"))));
}

TEST(Metrics, KnowReloadsLimitsAndTheCertificate) {
  Metrics metrics;
  metrics.reloaded(true);
  metrics.reloaded(false);
  metrics.closed_by_limit(net::ConnectionLimit::handshakes);
  metrics.certificate_expires(WallTime(std::chrono::seconds(1'800'000'000)));
  EXPECT_THAT(metrics.text(),
              AllOf(HasSubstr(R"(token_server_reloads_total{result="ok"} 1)"),
                    HasSubstr(R"(token_server_reloads_total{result="refused"} 1)"),
                    HasSubstr(R"(token_server_connections_closed_by_limit_total{limit="handshakes"} 1)"),
                    HasSubstr(R"(token_server_connections_closed_by_limit_total{limit="descriptors"} 0)"),
                    HasSubstr("token_server_certificate_expiry_timestamp_seconds 1800000000")));
}

}  // namespace
}  // namespace parley::token_server
