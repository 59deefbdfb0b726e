#include "common/net/http_client.hpp"

#include "tests/unit/net/call_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class HttpClientTest : public CallFixture {};

TEST_F(HttpClientTest, SendsTheRequestAndReadsTheAnswer) {
  start();
  const auto answer =
      call({.url = url("/a?b=c"), .method = "POST", .headers = {{"X-One", "1"}}, .body = "body"});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /a [body]");
  EXPECT_EQ(answer->content_type, "text/plain");
  EXPECT_EQ(http::find_header(answer->headers, "content-length"), "14");
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].params, (http::Fields{{"b", "c"}}));
  EXPECT_EQ(http::find_header(requests_[0].headers, "X-One"), "1");
  EXPECT_EQ(http::find_header(requests_[0].headers, "Host"), address_.to_string());
}

TEST_F(HttpClientTest, AnyStatusIsAnAnswer) {
  start({.max_body_bytes = 3});
  const auto answer = call({.url = url("/"), .method = "POST", .body = "much too long"});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpClientTest, AnswersToHeadHaveNoBody) {
  start();
  const auto answer = call({.url = url("/"), .method = "HEAD"});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "");
}

TEST_F(HttpClientTest, EndsWhenTimeIsUp) {
  start();
  hold_replies_ = true;
  const auto answer = call({.url = url("/"), .timeout = milliseconds(50)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timed_out);
}

TEST_F(HttpClientTest, SaysThatNobodyListens) {
  start();
  server_.reset();
  const auto answer = call({.url = url("/")});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unreachable);
  EXPECT_THAT(answer.error().message, StartsWith("connect to 127.0.0.1:"));
}

TEST_F(HttpClientTest, ADroppedCallNeverCompletes) {
  start();
  hold_replies_ = true;
  bool completed = false;
  auto pending = http_call(loop_.executor(), {.url = url("/")}, [&](auto) { completed = true; });
  ASSERT_TRUE(loop_.run_until([&] { return held_.size() == 1; }));
  pending.reset();
  held_[0](echo(requests_[0]));
  loop_.settle();
  pending = http_call(loop_.executor(), {.url = url("/")}, [&](auto) { completed = true; });
  pending.reset();
  loop_.settle();
  EXPECT_FALSE(completed);
}

TEST_F(HttpClientTest, LetsNothingSmuggleASecondRequest) {
  start();
  const HttpCall cases[] = {
      {.url = url("/"), .method = "GET /x HTTP/1.1\r\n"},
      {.url = url("/a b")},
      {.url = url("/\r\nX: y")},
      {.url = url("/"), .headers = {{"X", "a\r\nY: b"}}},
      {.url = url("/"), .headers = {{"X: y\r\nZ", "a"}}},
      {.url = url("/"), .headers = {{"", "a"}}},
  };
  for (const auto& c : cases) {
    const auto answer = call(c);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::invalid_argument);
  }
  EXPECT_TRUE(requests_.empty());
}

struct Scripted {
  const char* name;
  std::string answer;
  bool success;
  Errc code;
  std::string body;
};

TEST_F(HttpClientTest, ReadsWhateverServersSay) {
  const Scripted cases[] = {
      {"until the end", "HTTP/1.1 200 OK\r\n\r\nto the end", true, {}, "to the end"},
      {"chunked",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
       true,
       {},
       "abc"},
      {"interim first",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
       true,
       {},
       "x"},
      {"no content", "HTTP/1.1 204 No Content\r\n\r\n", true, {}, ""},
      {"at the limit",
       "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + std::string(20, 'l'),
       true,
       {},
       std::string(20, 'l')},
      {"beyond the limit", "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n", false, Errc::limit_exceeded, ""},
      {"beyond the limit, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n", false,
       Errc::limit_exceeded, ""},
      {"beyond the limit, to the end", "HTTP/1.1 200 OK\r\n\r\n" + std::string(21, 'l'), false,
       Errc::limit_exceeded, ""},
      {"silence", "", false, Errc::outcome_unknown, ""},
      {"half a header", "HTTP/1.1 200 OK\r\nConte", false, Errc::outcome_unknown, ""},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false, Errc::outcome_unknown, ""},
      {"not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", false, Errc::protocol_error, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    ScriptedServer server(loop_, c.answer);
    HttpCall request{.url = {.scheme = "http", .host = "127.0.0.1", .port = server.port(), .target = "/"}};
    request.max_body_bytes = 20;
    const auto answer = call(request);
    ASSERT_EQ(answer.has_value(), c.success) << (answer ? "" : answer.error().to_string());
    if (answer) {
      EXPECT_EQ(answer->body, c.body);
    } else {
      EXPECT_EQ(answer.error().code, c.code) << answer.error().to_string();
    }
  }
}

TEST_F(HttpClientTest, TriesEveryAddressOfAName) {
  start();
  auto by_name = url("/named");  // "localhost" may be ::1 first, where nobody listens
  by_name.host = "localhost";
  const auto answer = call({.url = by_name});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "GET /named []");
}

}  // namespace
}  // namespace parley::net::test
