#include "common/net/src/http_parser.hpp"

#include <gtest/gtest.h>

namespace parley::net {
namespace {

constexpr HttpLimits kLimits{.header_bytes = 200, .body_bytes = 50};

/// Feeds `text` in pieces of `step` bytes, as a network might deliver it.
void feed_in_steps(HttpParser& parser, std::string_view text, std::size_t step) {
  std::string pending;
  while (!text.empty() && !parser.done() && !parser.refused()) {
    pending += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
    pending.erase(0, parser.feed(pending));
  }
}

TEST(HttpParser, ReadsARequestInWhateverPiecesItComes) {
  constexpr std::string_view text =
      "POST /v1/to%20ken?a=1&b=%26+%2B&a=2 HTTP/1.1\r\nHost: h\r\nX-One:  padded \r\ncontent-length: "
      "5\r\n\r\nhello";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    SCOPED_TRACE(step);
    HttpParser parser(kLimits);
    feed_in_steps(parser, text, step);
    ASSERT_TRUE(parser.done()) << parser.refused().value_or(0);
    const auto& request = parser.request();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/v1/to%20ken");
    EXPECT_EQ(request.params, (http::Fields{{"a", "1"}, {"b", "& +"}, {"a", "2"}}));
    EXPECT_EQ(request.headers, (http::Fields{{"Host", "h"}, {"X-One", "padded"}, {"content-length", "5"}}));
    EXPECT_EQ(request.body, "hello");
    EXPECT_TRUE(parser.keeps_alive());
  }
}

TEST(HttpParser, ReadsChunkedBodiesInWhateverPiecesTheyCome) {
  constexpr std::string_view text =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: ignored\r\n\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    SCOPED_TRACE(step);
    HttpParser parser(kLimits);
    feed_in_steps(parser, text, step);
    ASSERT_TRUE(parser.done()) << parser.refused().value_or(0);
    EXPECT_EQ(parser.request().body, "abcdefg");
    EXPECT_FALSE(http::find_header(parser.request().headers, "X-Trailer"));
  }
}

TEST(HttpParser, TakesBlanksAtTheBeginningOfABodysLines) {
  constexpr std::string_view text = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n\r\n a\r\n\tb\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    SCOPED_TRACE(step);
    HttpParser parser(kLimits);
    feed_in_steps(parser, text, step);
    ASSERT_TRUE(parser.done()) << parser.refused().value_or(0);
    EXPECT_EQ(parser.request().body, "\r\n a\r\n\tb\n");
  }
}

TEST(HttpParser, LeavesTheNextRequestAlone) {
  constexpr std::string_view first = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
  HttpParser parser(kLimits);
  EXPECT_EQ(parser.feed(std::string(first) + "GET /2 HTTP/1.1\r\n"), first.size());
  EXPECT_TRUE(parser.done());
}

struct Bad {
  const char* name;
  const char* text;
  int status;
};

constexpr Bad kBad[] = {
    {"noise", "\x16\x03\x01\x02", 400},
    {"no target", "GET\r\n\r\n", 400},
    {"relative target", "GET path HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"authority as target", "CONNECT example.org:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"space before colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
    {"folded field", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400},
    {"field folded with a tab", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n", 400},
    {"folded host", "GET / HTTP/1.1\r\nHost:\r\n h\r\n\r\n", 400},
    {"folded coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},
    {"folded in the last field, with a body",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nX: a\r\n \r\n\r\nhi", 400},
    {"blank before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
    {"version 2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
    {"version 0.9", "GET / HTTP/0.9\r\nHost: h\r\n\r\n", 505},
    {"negative length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400},
    {"two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
    {"length and chunks",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"chunks and length",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
    {"unknown coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
    {"another coding below", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
    {"two codings",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"chunks in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"bad chunk", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
    {"unknown expectation", "POST / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", 417},
    {"length beyond the limit", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 51\r\n\r\n", 413},
    {"chunks beyond the limit", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n33\r\n",
     413},
};

TEST(HttpParser, RefusesWhatIsNotAGoodRequest) {
  for (const auto& c : kBad)
    for (const std::size_t step : {std::size_t{1}, std::string_view(c.text).size()}) {
      SCOPED_TRACE(std::string(c.name) + " in steps of " + std::to_string(step));
      HttpParser parser(kLimits);
      feed_in_steps(parser, c.text, step);
      EXPECT_FALSE(parser.done() && !parser.refused());
      EXPECT_EQ(parser.refused(), c.status);
    }
}

std::string request_with_header_of(std::size_t bytes) {
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nLong: ";
  return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
}

TEST(HttpParser, CountsTheWholeHeaderHoweverItIsCut) {
  for (std::size_t step = 1; step <= kLimits.header_bytes + 1; ++step) {
    SCOPED_TRACE(step);
    HttpParser at_the_limit(kLimits);
    feed_in_steps(at_the_limit, request_with_header_of(kLimits.header_bytes), step);
    EXPECT_TRUE(at_the_limit.done());
    EXPECT_FALSE(at_the_limit.refused());
    HttpParser beyond(kLimits);
    feed_in_steps(beyond, request_with_header_of(kLimits.header_bytes + 1), step);
    EXPECT_EQ(beyond.refused(), 431);
  }
}

TEST(HttpParser, TakesABodyAtTheLimit) {
  HttpParser parser(kLimits);
  parser.feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\n" + std::string(50, 'b'));
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.request().body.size(), 50u);
}

TEST(HttpParser, GivesTheRequestAwayAndStillKnowsHowToAnswer) {
  HttpParser parser(kLimits);
  parser.feed("HEAD /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.take_request().path, "/a");
  EXPECT_TRUE(parser.is_head());
  EXPECT_TRUE(parser.is_http_1_0());
  EXPECT_TRUE(parser.keeps_alive());
}

TEST(HttpParser, UnderstandsTheTargetsOfProxies) {
  HttpParser parser(kLimits);
  parser.feed("GET http://example.org/a/b?c=d HTTP/1.1\r\nHost: example.org\r\n\r\n");
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.request().path, "/a/b");
  EXPECT_EQ(parser.request().params, (http::Fields{{"c", "d"}}));
}

TEST(HttpParser, KnowsWhenTheConnectionStays) {
  struct {
    const char* text;
    bool keeps_alive;
  } const cases[] = {{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
                     {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
                     {"GET / HTTP/1.0\r\n\r\n", false},
                     {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    HttpParser parser(kLimits);
    parser.feed(c.text);
    ASSERT_TRUE(parser.done());
    EXPECT_EQ(parser.keeps_alive(), c.keeps_alive);
  }
}

}  // namespace
}  // namespace parley::net
