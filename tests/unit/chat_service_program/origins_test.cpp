#include "chat_service/src/shell/origins.hpp"

#include <gtest/gtest.h>

namespace parley::chat_service {
namespace {

const std::string kPage = "https://app.example.com";
const std::string kOther = "https://evil.example";

http::Request from(const std::string& origin) {
  http::Request request;
  if (!origin.empty()) request.headers = {{"Origin", origin}};
  return request;
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or(""));
}

http::Response decorated(const Origins& origins, const std::string& origin) {
  http::Response response;
  origins.decorate(from(origin), response);
  return response;
}

TEST(Origins, WithoutAListAnyPageMay) {
  const Origins any({});
  EXPECT_TRUE(any.admits(from(kOther)));
  EXPECT_TRUE(any.admits(from("null")));
  EXPECT_EQ(header(decorated(any, kOther), "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header(decorated(any, ""), "Access-Control-Allow-Origin"), "*")
      << "caches keep one answer for all";
}

TEST(Origins, WithAListOnlyThosePagesMayAndProgramsAlways) {
  const Origins one({kPage});
  EXPECT_TRUE(one.admits(from(kPage)));
  EXPECT_TRUE(one.admits(from("")));
  EXPECT_FALSE(one.admits(from(kOther)));
  EXPECT_FALSE(one.admits(from("null")));
  EXPECT_FALSE(one.admits(from("https://app.example.com.evil.example")));
  EXPECT_EQ(header(decorated(one, kPage), "Access-Control-Allow-Origin"), kPage);
  EXPECT_EQ(header(decorated(one, kPage), "Vary"), "Origin");
  EXPECT_EQ(header(decorated(one, kOther), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(decorated(one, kOther), "Vary"), "Origin");
}

TEST(Origins, APreflightIsToldWhatMayBeSent) {
  auto request = from(kPage);
  request.headers.emplace_back("Access-Control-Request-Method", "POST");
  const auto response = Origins({kPage}).answer_options(request, "POST, OPTIONS");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_NE(header(response, "Access-Control-Allow-Headers").find("X-Twilio-Token"), std::string::npos);
  EXPECT_NE(header(response, "Access-Control-Allow-Headers").find("Content-Type"), std::string::npos);
  EXPECT_EQ(header(response, "Vary"), "Access-Control-Request-Method, Access-Control-Request-Headers");
}

TEST(Origins, APreflightIsAnsweredWithTheHeadersThatItAsksFor) {
  auto request = from(kPage);
  request.headers.emplace_back("Access-Control-Request-Method", "POST");
  request.headers.emplace_back("Access-Control-Request-Headers", "traceparent,x-twilio-token");
  for (const auto& origins : {Origins({kPage}), Origins({})}) {
    const auto allowed =
        header(origins.answer_options(request, "POST, OPTIONS"), "Access-Control-Allow-Headers");
    EXPECT_NE(allowed.find("traceparent"), std::string::npos) << allowed;
    EXPECT_EQ(allowed.find("x-twilio-token"), std::string::npos) << "it is there in its usual spelling";
  }
}

TEST(Origins, APreflightOfAnotherPageIsRefused) {
  auto request = from(kOther);
  request.headers.emplace_back("Access-Control-Request-Method", "POST");
  EXPECT_EQ(Origins({kPage}).answer_options(request, "POST, OPTIONS").status, 403);
}

TEST(Origins, APlainQuestionIsAnsweredWithAllow) {
  const auto response = Origins({}).answer_options(from(""), "GET, OPTIONS");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(header(response, "Allow"), "GET, OPTIONS");
  EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "");
}

}  // namespace
}  // namespace parley::chat_service
