#include "common/net/src/http_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string written(const http::Response& response, const HttpWriteOptions& options = {}) {
  std::string out;
  write_response(response, options, out);
  return out;
}

http::Response response(int status, std::string body) {
  http::Response made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

TEST(HttpWriter, WritesStatusTypeLengthAndBody) {
  const auto text = written(response(404, "{}"));
  EXPECT_THAT(text, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nContent-Length: 2\r\n"));
  EXPECT_THAT(text, EndsWith("\r\n\r\n{}"));
  EXPECT_THAT(text, Not(HasSubstr("Server:")));
  EXPECT_THAT(text, Not(HasSubstr("Connection:")));
}

TEST(HttpWriter, DatesAsTheStandardWants) {
  EXPECT_THAT(written(response(200, "")),
              testing::ContainsRegex("\r\nDate: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] "
                                     "[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT\r\n"));
}

TEST(HttpWriter, SaysWhatHappensToTheConnectionWhereItIsNotClear) {
  EXPECT_THAT(written(response(200, ""), {.keep_alive = false}), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(written(response(200, ""), {.http_1_0 = true}), HasSubstr("Connection: keep-alive\r\n"));
}

TEST(HttpWriter, AnswersHeadWithTheLengthOnly) {
  const auto text = written(response(200, "12345"), {.head_only = true});
  EXPECT_THAT(text, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(text, EndsWith("\r\n\r\n"));
}

TEST(HttpWriter, GivesNoBodyToStatusesThatHaveNone) {
  for (const int status : {204, 304}) {
    const auto text = written(response(status, "ignored"));
    EXPECT_THAT(text, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(text, EndsWith("\r\n\r\n"));
  }
}

TEST(HttpWriter, LetsNoValueStartANewHeader) {
  auto evil = response(200, "");
  evil.headers = {{"X-Name", "a\r\nSet-Cookie: b\nc"}};
  const auto text = written(evil);
  EXPECT_THAT(text, HasSubstr("X-Name: a  Set-Cookie: b c\r\n"));
}

TEST(HttpWriter, KeepsTheHeadersItOwns) {
  auto muddled = response(200, "abc");
  muddled.headers = {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"X-Mine", "1"}};
  const auto text = written(muddled);
  EXPECT_THAT(text, Not(HasSubstr("99")));
  EXPECT_THAT(text, Not(HasSubstr("chunked")));
  EXPECT_THAT(text, HasSubstr("X-Mine: 1\r\n"));
}

TEST(HttpWriter, NamesErrorsInJson) {
  EXPECT_EQ(error_response(400).body, R"({"status":400,"code":20001,"message":"Bad Request"})");
  EXPECT_EQ(error_response(413).body, R"({"status":413,"code":20413,"message":"Payload Too Large"})");
}

}  // namespace
}  // namespace parley::net
