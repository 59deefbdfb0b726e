#include "chat_sdk/src/login/endpoint_answer.hpp"

#include <gmock/gmock.h>

namespace parley::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kName = "the token endpoint https://id.example/v1/token";
const WallTime kNow = WallTime(std::chrono::hours(24 * 365 * 56));

EndpointQuestion question() {
  return {.url = net::parse_url("https://id.example/v1/token?key=hidden").value(),
          .secrets = {"correct horse", "correct-horse-7"}};
}

http::Response response(int status, std::string body, std::string type = "application/json") {
  return {.status = status, .headers = {}, .body = std::move(body), .content_type = std::move(type)};
}

Error error_of(const http::Response& answer) {
  const auto token = read_token(answer, question(), kNow);
  if (token) ADD_FAILURE() << *token;
  return token ? Error{} : token.error();
}

TEST(EndpointAnswer, GivesTheToken) {
  EXPECT_EQ(read_token(response(200, R"({"token":"t","x":1})"), question(), kNow).value(), "t");
  EXPECT_EQ(read_token(response(201, R"({"token":"t"})", "text/html"), question(), kNow).value(), "t");
}

TEST(EndpointAnswer, SortsFailuresByWhatHelps) {
  const struct {
    int status;
    Errc code;
    const char* words;
  } cases[] = {
      {400, Errc::denied, "refused the request"},
      {401, Errc::denied, "refused the caller"},
      {403, Errc::denied, "refused the caller"},
      {404, Errc::invalid_config, "is not there: check the URL"},
      {405, Errc::invalid_config, "takes no POST: check the URL"},
      {408, Errc::server_error, "failed"},
      {410, Errc::invalid_config, "is not there: check the URL"},
      {422, Errc::denied, "refused the request"},
      {425, Errc::server_error, "failed"},
      {429, Errc::too_many_requests, "asks to wait"},
      {500, Errc::server_error, "failed"},
      {503, Errc::server_error, "failed"},
      {600, Errc::protocol_error, "gave an answer that is none"},
  };
  for (const auto& c : cases) {
    const Error error = error_of(response(c.status, ""));
    EXPECT_EQ(error.code, c.code) << c.status;
    EXPECT_EQ(error.message, kName + " " + c.words);
    EXPECT_EQ(error.http_status, c.status);
  }
}

TEST(EndpointAnswer, KeepsTheEndpointsNumberAndWords) {
  const Error json = error_of(response(400, R"({"code":20001,"message":"identity: expected\n one"})"));
  EXPECT_EQ(json.server_code, 20001);
  EXPECT_EQ(json.server_text, "identity: expected  one");
  EXPECT_THAT(json.message, Not(HasSubstr("identity")));
  EXPECT_EQ(error_of(response(401, "who are you?", "text/plain; charset=utf-8")).server_text, "who are you?");
  EXPECT_EQ(error_of(response(401, "who are you?", "")).server_text, "who are you?");
  EXPECT_EQ(error_of(response(400, R"({"error":"invalid_grant"})")).server_text, "invalid_grant");
  EXPECT_EQ(error_of(response(403, "<h1>no</h1>", "text/html")).server_text, "") << "a page is for browsers";
}

TEST(EndpointAnswer, TakesNoWordsForANumberAndNoHugeOnes) {
  const Error text = error_of(response(400, R"({"code":"20001","message":7})"));
  EXPECT_EQ(text.server_code, 0);
  EXPECT_EQ(text.server_text, "");
  EXPECT_EQ(error_of(response(400, R"({"code":9999999999})")).server_code, 0);
  EXPECT_EQ(error_of(response(400, R"({"code":-1})")).server_code, 0);
  const std::string body = R"({"message":")" + std::string(100'000, 'a') + R"("})";
  EXPECT_EQ(error_of(response(400, body)).server_text, std::string(500, 'a'));
}

TEST(EndpointAnswer, IsNotKeptWhereItRepeatsASecret) {
  const Error json = error_of(response(400, R"({"code":7,"message":"not correct horse"})"));
  EXPECT_EQ(json.server_text, "");
  EXPECT_EQ(json.server_code, 7);
  const std::string padded = std::string(498, 'a') + "correct horse";
  EXPECT_EQ(error_of(response(401, padded, "text/plain")).server_text, "") << "no beginning of it either";
}

TEST(EndpointAnswer, SaysWhatCameInsteadOfJson) {
  EXPECT_EQ(error_of(response(200, "<html>", "text/html; charset=utf-8")).message,
            kName + " answered text/html instead of JSON");
  EXPECT_EQ(error_of(response(200, "ok", "\x1b[31m")).message,
            kName + " answered something else instead of JSON");
  EXPECT_EQ(error_of(response(204, "", "")).message, kName + " answered nothing instead of JSON");
  const Error broken = error_of(response(200, R"({"token":"secret-half)"));
  EXPECT_EQ(broken.code, Errc::protocol_error);
  EXPECT_THAT(broken.message, HasSubstr(kName + " answered what is no JSON object: JSON"));
  EXPECT_THAT(broken.to_string(), Not(HasSubstr("secret-half")));
}

TEST(EndpointAnswer, NamesTheMemberThatIsMissing) {
  for (const char* body : {"{}", R"({"token":7})", R"({"token":""})"}) {
    const Error error = error_of(response(200, body));
    EXPECT_EQ(error.code, Errc::protocol_error);
    EXPECT_EQ(error.message, kName + " answered without the text \"token\"");
  }
}

TEST(EndpointAnswer, TellsWhereARedirectLeads) {
  const struct {
    const char* location;
    const char* words;
    const char* whole;
  } cases[] = {
      {"https://new.example:8443/v2/token?session=1",
       "redirects to https://new.example:8443: give the URL there", "https://new.example:8443/v2/token"},
      {"/v2/token#x", "redirects to https://id.example: give the URL there", "https://id.example/v2/token"},
      {"//new.example/t", "redirects to https://new.example: give the URL there", "https://new.example/t"},
      {"/correct%20horse/correct-horse-7", "redirects to https://id.example: give the URL there", ""},
      {"/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.abc/x", "redirects to https://id.example: give the URL there",
       "https://id.example/(token)/x"},
      {"https://me:secret@new.example/", "redirects to what is no URL: check the URL", ""},
      {"token", "redirects to what is no URL: check the URL", ""},
      {"", "redirects to what is no URL: check the URL", ""},
  };
  for (const auto& c : cases) {
    auto answer = response(307, "{}");
    if (*c.location) answer.headers.emplace_back("Location", c.location);
    const Error error = error_of(answer);
    EXPECT_EQ(error.code, Errc::invalid_config);
    EXPECT_EQ(error.message, kName + " " + c.words);
    EXPECT_EQ(error.server_text, c.whole);
  }
  auto answer = response(302, "");
  answer.headers.emplace_back("Location", "https://a.example/" + std::string(10'000, 'x'));
  EXPECT_LT(error_of(answer).message.size(), 200u);
}

TEST(EndpointAnswer, SaysInvalidGrantOnlyInItsOwnWords) {
  const std::string grant = R"({"error":"invalid_grant","error_description":"no"})";
  EXPECT_TRUE(says_invalid_grant(response(400, grant)));
  EXPECT_TRUE(says_invalid_grant(response(401, grant)));
  for (const int status : {200, 302, 403, 429, 500})
    EXPECT_FALSE(says_invalid_grant(response(status, grant)));
  for (const char* body : {"", "<h1>invalid_grant</h1>", "invalid_grant", R"("invalid_grant")", "{}",
                           R"({"error":"invalid_request"})", R"({"error":["invalid_grant"]})",
                           R"({"message":"invalid_grant"})", R"({"error":"invalid_grant)"})
    EXPECT_FALSE(says_invalid_grant(response(400, body))) << body;
}

TEST(EndpointAnswer, KeepsHowLongToWait) {
  auto seconds = response(429, "");
  seconds.headers.emplace_back("Retry-After", "7");
  EXPECT_EQ(error_of(seconds).retry_after, 7s);
  auto date = response(503, "");
  date.headers.emplace_back("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
  date.headers.emplace_back("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT");
  EXPECT_EQ(error_of(date).retry_after, 60s);
  EXPECT_EQ(error_of(response(503, "")).retry_after, std::nullopt);
}

}  // namespace
}  // namespace parley::detail
