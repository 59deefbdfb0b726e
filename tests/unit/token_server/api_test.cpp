#include "token_server/http/api.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/base/redact.hpp"
#include "common/protocol/token/verifier.hpp"
#include "tests/unit/token_server/api_driver.hpp"

namespace parley::token_server {
namespace {

using nlohmann::json;
using samples::kForm;
using samples::kJson;
using samples::post;
using samples::with_header;
using testing::HasSubstr;
using testing::Not;

struct Answer {
  http::Response response;
  RequestRecord record;
};

/// Asks a fresh server of anyone on this machine.
Answer ask(const http::Request& request) {
  ApiDriver driver(samples::policy(DevelopmentCallers{}, std::chrono::seconds(120)));
  auto response = driver.ask(request);
  return {std::move(response), driver.log.at(0)};
}

std::string identity_of(const std::string& token) {
  const auto claims = token::verify(token, token::KeyRing(samples::key()),
                                    {.service_sids = {samples::kService}}, samples::now());
  return claims ? claims->identity : claims.error().to_string();
}

// The old server's route and input; its token is the first vector of the contract.
TEST(ApiOnLoopback, MintTheSeedsToken) {
  for (const char* path : {"/v1/token", "/auth", "/auth/"}) {
    const auto response = ask(post(path, R"({"user":"test@brocoders.com"})")).response;
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json");
    const auto body = json::parse(response.body);
    EXPECT_THAT(body["token"].get<std::string>(),
                testing::EndsWith(".7qVbHVcYkqqdgybx_FREatIzX-h8X1HrEivnpOIMs5Y"));
    EXPECT_EQ(body["identity"], "test@brocoders.com");
    EXPECT_EQ(body["expires_at"], 1'585'699'320);
    EXPECT_EQ(body.size(), 3u);
  }
}

struct Accepted {
  const char* type;
  std::string body;
  std::string identity;
};

constexpr const char* kMultipart = "multipart/form-data; boundary=x";

std::string part(const std::string& name, const std::string& value) {
  return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

/// As Unity's WWWForm writes it.
const std::string kUnityForm =
    "--x\r\nContent-Type: text/plain; charset=\"utf-8\"\r\nContent-disposition: form-data; "
    "name=\"user\"\r\n\r\n"
    "alice\r\n--x--\r\n";
/// A file is no member, whatever its name.
const std::string kFilePart =
    "--x\r\nContent-Disposition: form-data; name=\"user\"; filename=\"a.txt\"\r\n\r\nbob\r\n";

TEST(ApiOnLoopback, TakeTheUserFromJsonOrForm) {
  const Accepted cases[] = {
      {kJson, R"({"user":"alice"})", "alice"},
      {kJson, R"({"identity":"alice"})", "alice"},
      {kJson, R"({"identity":"alice","user":"alice","device":7})", "alice"},
      {kJson, R"({"user":"","identity":"alice"})", "alice"},
      {kJson, R"({"user":"\u0410лиса \ud83d\ude00"})", "Алиса 😀"},
      {"Application/JSON; charset=utf-8", R"({"user":"alice"})", "alice"},
      {kForm, "user=alice", "alice"},
      {kForm, "identity=alice&x=y", "alice"},
      {kForm, "user=a+b%2Bc%40d", "a b+c@d"},
      {kForm, "user=%D0%90%D0%BB", "Ал"},
      {"application/x-www-form-urlencoded ;charset=UTF-8", "user=alice", "alice"},
      {kMultipart, part("user", "alice") + "--x--\r\n", "alice"},
      {"Multipart/Form-Data; charset=utf-8; boundary=\"x\"", part("user", "a b+c%40d") + "--x--",
       "a b+c%40d"},
      {kMultipart, part("device", "") + part("identity", "Ал") + "--x--\r\n", "Ал"},
      {kMultipart, kUnityForm, "alice"},
      {kMultipart, kFilePart + part("user", "alice") + "--x--\r\n", "alice"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.body);
    const auto response = ask(post("/v1/token", c.body, c.type)).response;
    ASSERT_EQ(response.status, 200) << response.body;
    const auto body = json::parse(response.body);
    EXPECT_EQ(body["identity"], c.identity);
    EXPECT_EQ(identity_of(body["token"]), c.identity);
  }
}

struct Refused {
  const char* name;
  http::Request request;
  int status;
  int code;
};

void expect_refusals(const std::vector<Refused>& cases) {
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto [response, record] = ask(c.request);
    EXPECT_EQ(response.status, c.status) << response.body;
    EXPECT_EQ(record.status, c.status);
    EXPECT_EQ(response.content_type, "application/json");
    const auto body = json::parse(response.body);
    EXPECT_EQ(body["status"], c.status);
    EXPECT_EQ(body["code"], c.code);
    EXPECT_FALSE(body["message"].get<std::string>().empty());
    EXPECT_EQ(body.size(), 3u);
    EXPECT_EQ(record.token_id, "");
  }
}

TEST(ApiOnLoopback, RefuseBadBodies) {
  const std::string long_name(257, 'a');
  std::string many_parts;
  for (std::size_t i = 0; i <= limits::kMultipartParts; ++i) many_parts += part("x" + std::to_string(i), "");
  for (const char* path : {"/v1/token", "/auth"})
    expect_refusals({
        {"no JSON", post(path, "user=alice"), 400, 20001},
        {"cut JSON", post(path, R"({"user":"ali)"), 400, 20001},
        {"trailing garbage", post(path, R"({"user":"alice"} x)"), 400, 20001},
        {"an array", post(path, R"(["alice"])"), 400, 20001},
        {"named twice", post(path, R"({"user":"alice","user":"bob"})"), 400, 20001},
        {"two names that differ", post(path, R"({"user":"alice","identity":"bob"})"), 400, 20001},
        {"a number", post(path, R"({"user":7})"), 400, 20001},
        {"an object", post(path, R"({"user":{"$ne":""}})"), 400, 20001},
        {"not UTF-8", post(path, "{\"user\":\"\xff\"}"), 400, 20001},
        {"nested 10000 deep", post(path, std::string(10000, '[')), 400, 20001},
        {"control character", post(path, R"({"user":"a\nb"})"), 400, 20001},
        {"NUL", post(path, R"({"user":"a\u0000b"})"), 400, 20001},
        {"too long", post(path, "{\"user\":\"" + long_name + "\"}"), 400, 50207},
        {"looks like a user SID", post(path, R"({"user":"US0123456789abcdef0123456789abcdef"})"), 400, 50206},
        {"reserved", post(path, R"({"user":"system"})"), 400, 50203},
        {"form: bad percent-encoding", post(path, "user=%zz", kForm), 400, 20001},
        {"form: named twice", post(path, "user=alice&user=alice", kForm), 400, 20001},
        {"form: not UTF-8", post(path, "user=%ff", kForm), 400, 20001},
        {"form: two names that differ", post(path, "user=alice&identity=bob", kForm), 400, 20001},
        {"text", post(path, "alice", "text/plain"), 415, 20415},
        {"multipart: no form", post(path, "alice", kMultipart), 400, 20001},
        {"multipart: cut", post(path, part("user", "alice"), kMultipart), 400, 20001},
        {"multipart: no boundary named", post(path, part("user", "alice"), "multipart/form-data"), 400,
         20001},
        {"multipart: named twice", post(path, part("user", "a") + part("user", "a") + "--x--", kMultipart),
         400, 20001},
        {"multipart: two names that differ",
         post(path, part("user", "a") + part("identity", "b") + "--x--", kMultipart), 400, 20001},
        {"multipart: not UTF-8", post(path, part("user", "\xff") + "--x--", kMultipart), 400, 20001},
        {"multipart: more parts than a form has", post(path, many_parts + "--x--", kMultipart), 400, 20001},
        {"multipart of another kind",
         post(path, part("user", "alice") + "--x--", "multipart/mixed; boundary=x"), 415, 20415},
        {"no media type", post(path, R"({"user":"alice"})", ""), 415, 20415},
    });
}

TEST(ApiOnLoopback, RefuseOtherPathsAndMethods) {
  const auto get = samples::get("/v1/token");
  expect_refusals({
      {"root", post("/", "{}"), 404, 20404},
      {"slash at the end", post("/v1/token/", R"({"user":"a"})"), 404, 20404},
      {"upper case", post("/AUTH", R"({"user":"a"})"), 404, 20404},
      {"encoded", post("/%61uth", R"({"user":"a"})"), 404, 20404},
      {"GET for a token", get, 405, 20004},
      {"POST for health", post("/healthz", ""), 405, 20004},
  });
  EXPECT_EQ(http::find_header(ask(get).response.headers, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(http::find_header(ask(post("/healthz", "")).response.headers, "Allow"), "GET, OPTIONS");
}

TEST(ApiOnLoopback, AnswerForbiddenAsTheSeedDidWhenNobodyIsNamed) {
  for (const char* path : {"/auth", "/auth/"})
    for (const auto& request :
         {post(path, "{}"), post(path, R"({"user":""})"), post(path, R"({"user":null})"),
          post(path, "", kForm), post(path, "user=", kForm), post(path, "", "")}) {
      const auto response = ask(request).response;
      EXPECT_EQ(response.status, 403);
      EXPECT_EQ(response.content_type, "text/plain");
      EXPECT_EQ(response.body, "Forbidden");
    }
}

TEST(ApiOnLoopback, AskForTheUserOnTheirOwnRoute) {
  expect_refusals({
      {"no user", post("/v1/token", "{}"), 400, 20001},
      {"no body", post("/v1/token", "", ""), 400, 20001},
      {"user in the query only",
       [] {
         auto request = post("/v1/token", "{}");
         request.params = {{"user", "alice"}};
         return request;
       }(),
       400, 20001},
  });
}

TEST(ApiOnLoopback, RefuseWhatMayComeFromAnotherMachine) {
  const auto good = post("/v1/token", R"({"user":"alice"})");
  const auto seed = post("/auth", R"({"user":"alice"})");
  expect_refusals({
      {"Forwarded", with_header(good, "Forwarded", "for=10.0.0.1"), 403, 20003},
      {"X-Forwarded-For", with_header(good, "x-forwarded-for", "10.0.0.1"), 403, 20003},
      {"X-Forwarded-For on the seed's route", with_header(seed, "X-Forwarded-For", ""), 403, 20003},
      {"X-Forwarded-Proto", with_header(good, "X-Forwarded-Proto", "https"), 403, 20003},
      {"X-Forwarded-Port", with_header(good, "x-forwarded-port", "443"), 403, 20003},
      {"X-Forwarded-Server", with_header(good, "X-FORWARDED-SERVER", "proxy"), 403, 20003},
      {"CF-Connecting-IP", with_header(good, "cf-connecting-ip", "10.0.0.1"), 403, 20003},
      {"True-Client-IP", with_header(good, "True-Client-IP", "10.0.0.1"), 403, 20003},
      {"foreign page", with_header(good, "Origin", "https://evil.example"), 403, 20003},
      {"foreign page on the seed's route", with_header(seed, "origin", "http://evil.example:3000"), 403,
       20003},
      {"page without an origin", with_header(good, "Origin", "null"), 403, 20003},
      {"page of another machine", with_header(good, "Origin", "http://192.168.0.5"), 403, 20003},
      {"loopback as a subdomain of an origin", with_header(good, "Origin", "http://localhost.evil.example"),
       403, 20003},
      {"cross-site", with_header(good, "Sec-Fetch-Site", "cross-site"), 403, 20003},
      {"Cross-Site", with_header(good, "sec-fetch-site", "Cross-Site"), 403, 20003},
      {"X-Real-IP", with_header(good, "X-Real-IP", "10.0.0.1"), 403, 20003},
      {"Via", with_header(good, "Via", "1.1 proxy"), 403, 20003},
      {"HTTP/1.0",
       [&] {
         auto old = good;
         old.is_http_1_0 = true;
         return old;
       }(),
       403, 20003},
      {"no host",
       {.method = "POST", .path = "/v1/token", .headers = {{"Content-Type", kJson}}, .body = good.body},
       403,
       20003},
      {"X-Client-IP", with_header(good, "x-client-ip", "10.0.0.1"), 403, 20003},
      {"another host", with_header(good, "Host", "evil.example:4000"), 403, 20003},
      {"loopback as a subdomain", with_header(good, "Host", "127.0.0.1.evil.example"), 403, 20003},
      {"another machine's address", with_header(good, "Host", "192.168.0.5:4000"), 403, 20003},
      {"user information", with_header(good, "Host", "127.0.0.1@evil.example"), 403, 20003},
      {"empty host", with_header(good, "Host", ""), 403, 20003},
  });
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:4000", "localhost:4000", "LOCALHOST", "[::1]:4000", "127.8.9.1:1"})
    EXPECT_EQ(ask(with_header(good, "Host", host)).response.status, 200) << host;
  for (const char* origin :
       {"http://127.0.0.1:3000", "http://localhost:3000", "https://[::1]", "HTTP://LOCALHOST"})
    EXPECT_EQ(ask(with_header(good, "Origin", origin)).response.status, 200) << origin;
  for (const char* site : {"same-origin", "same-site", "none"})
    EXPECT_EQ(ask(with_header(good, "Sec-Fetch-Site", site)).response.status, 200) << site;
}

TEST(ApiOnLoopback, TellThatTheyAreHealthy) {
  const auto response = ask(samples::get("/healthz")).response;
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"ok"})");
}

TEST(ApiOnLoopback, ForbidCachingOfEveryAnswer) {
  for (const auto& request :
       {post("/v1/token", R"({"user":"alice"})"), post("/v1/token", "x"), post("/x", "")})
    EXPECT_EQ(http::find_header(ask(request).response.headers, "Cache-Control"), "no-store");
}

TEST(ApiOnLoopback, RecordWhatALogMayKnow) {
  const auto [response, record] = ask(post("/auth", R"({"user":"alice"})"));
  EXPECT_EQ(record.method, "POST");
  EXPECT_EQ(record.route, "/auth");
  EXPECT_EQ(record.status, 200);
  EXPECT_EQ(record.identity, redact_identity("alice"));
  EXPECT_EQ(record.token_id, "SK00000000000000000000000000000002-1585699200");
  EXPECT_EQ(record.ttl, std::chrono::seconds(120));
  const auto line = to_json_line(record, samples::now());
  EXPECT_THAT(line, Not(HasSubstr("alice")));
  EXPECT_THAT(line, Not(HasSubstr("eyJ")));
}

TEST(ApiOnLoopback, KeepWhatACallerMadeUpOutOfTheLog) {
  auto request = post("/alice-was-here", "");
  request.method = "ALICE";
  const auto record = ask(request).record;
  EXPECT_EQ(record.method, "other");
  EXPECT_EQ(record.route, "other");
}

}  // namespace
}  // namespace parley::token_server
