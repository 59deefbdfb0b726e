#include "token_server/http/cors.hpp"

#include <gmock/gmock.h>

#include "tests/unit/token_server/api_driver.hpp"

namespace parley::token_server {
namespace {

using samples::post;
using samples::with_header;
using samples::with_key;
using testing::HasSubstr;

const std::string kPage = "https://app.example.com";

Policy policy() {
  auto policy = samples::policy(BackendKeys{samples::backend()});
  policy.allowed_origins = {kPage, "http://localhost:3000"};
  return policy;
}

http::Request preflight(const std::string& path, const std::string& origin) {
  return {.method = "OPTIONS",
          .path = path,
          .headers = {{"Host", "x"},
                      {"Origin", origin},
                      {"Access-Control-Request-Method", "POST"},
                      {"Access-Control-Request-Headers", "authorization,content-type"}}};
}

std::string header(const http::Response& response, const char* name) {
  std::string all;
  for (const auto& [key, value] : response.headers)
    if (http::equal_ignoring_case(key, name)) all += (all.empty() ? "" : ", ") + value;
  return all;
}

TEST(Cors, AnswersTheBrowsersQuestion) {
  ApiDriver driver(policy());
  const auto response = driver.ask(preflight("/v1/token", kPage));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), kPage);
  EXPECT_THAT(header(response, "Access-Control-Allow-Methods"), HasSubstr("POST"));
  EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "Authorization, Content-Type");
  EXPECT_EQ(header(response, "Access-Control-Max-Age"), "600");
  for (const char* name : {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"})
    EXPECT_THAT(header(response, "Vary"), HasSubstr(name));
}

TEST(Cors, AnswersAPreflightWithTheHeadersThatItAsksFor) {
  ApiDriver driver(policy());
  auto request = preflight("/v1/token", kPage);
  request.headers.back().second = "authorization,baggage,content-type,sentry-trace,traceparent";
  EXPECT_EQ(header(driver.ask(request), "Access-Control-Allow-Headers"),
            "Authorization, Content-Type, baggage, sentry-trace, traceparent");
}

TEST(Cors, RefusesOtherPages) {
  ApiDriver driver(policy());
  for (const char* origin :
       {"https://evil.example", "https://app.example.com.evil.example", "null", "", "http://app.example.com",
        "https://app.example.com:8443", "HTTPS://APP.EXAMPLE.COM"}) {
    const auto response = driver.ask(preflight("/v1/token", origin));
    EXPECT_EQ(response.status, 403) << origin;
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(header(response, "Vary"), "Origin") << origin;
  }
}

TEST(Cors, MarksAnswersAndRefusalsForAllowedPages) {
  ApiDriver driver(policy());
  const auto request = with_header(post("/v1/token", R"({"user":"alice"})"), "Origin", kPage);
  for (const auto& [asked, status] : {std::pair{with_key(request), 200}, {request, 401}}) {
    const auto response = driver.ask(asked);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), kPage);
    EXPECT_EQ(header(response, "Vary"), "Origin");
    EXPECT_THAT(header(response, "Access-Control-Expose-Headers"), HasSubstr("Retry-After"));
  }
  const auto foreign = driver.ask(with_key(with_header(request, "Origin", "https://evil.example")));
  EXPECT_EQ(header(foreign, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(foreign, "Vary"), "Origin");
}

TEST(Cors, IsSilentWithoutAllowedOrigins) {
  ApiDriver driver(samples::policy(BackendKeys{samples::backend()}));
  const auto response =
      driver.ask(with_key(with_header(post("/v1/token", R"({"user":"alice"})"), "Origin", kPage)));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(response, "Vary"), "");
  EXPECT_EQ(driver.ask(preflight("/v1/token", kPage)).status, 403);
}

TEST(Cors, AnswersOptionsThatIsNoPreflight) {
  ApiDriver driver(policy());
  const auto response = driver.ask({.method = "OPTIONS", .path = "/v1/token", .headers = {{"Host", "x"}}});
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header(response, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(driver.ask({.method = "OPTIONS", .path = "/nothing"}).status, 404);
}

}  // namespace
}  // namespace parley::token_server
