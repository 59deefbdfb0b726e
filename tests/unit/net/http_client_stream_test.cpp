#include "tests/unit/net/body_fixture.hpp"
#include "tests/unit/net/call_fixture.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

/// A client's streamed bodies against the server's.
class HttpClientStreamTest : public CallFixture {
 protected:
  void configure(HttpServer& server) override {
    server.on_body(
        [this](const http::Request&, const std::string&, std::optional<std::uint64_t>) -> BodyDecision {
          if (refusal_) return *refusal_;
          return std::make_unique<LoggingSink>(log_);
        });
  }
  void on_request(const http::Request&, const std::string&, HttpReply reply) override { reply(answer_); }

  HttpCall put(std::uint64_t size, std::uint64_t fails_at = UINT64_MAX) {
    return {
        .url = url("/"), .method = "PUT", .source = std::make_shared<PatternSource>(log_, size, fails_at)};
  }

  BodyLog log_;
  std::optional<http::Response> refusal_;
  http::Response answer_;
};

TEST_F(HttpClientStreamTest, SendsASource) {
  start();
  for (const std::uint64_t size : {1ull, 65536ull, 65537ull, 3'000'000ull}) {
    log_.bytes.clear();
    const auto answer = call(put(size));
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "stored " + std::to_string(size));
  }
}

TEST_F(HttpClientStreamTest, ReadsARefusalThatComesBeforeTheEnd) {
  start();
  refusal_ = text_response(413, "too much");
  const auto at_once = call(put(50'000'000));
  ASSERT_TRUE(at_once) << at_once.error().to_string();
  EXPECT_EQ(at_once->status, 413);
  refusal_.reset();
  log_.refuse_after = 100'000;
  const auto later = call(put(50'000'000));
  ASSERT_TRUE(later) << later.error().to_string();
  EXPECT_EQ(later->status, 415);
  EXPECT_LT(log_.bytes.size(), 50'000'000u);
}

TEST_F(HttpClientStreamTest, SaysThatASourceEndedTooEarly) {
  start();
  const auto answer = call(put(1'000'000, 200'000));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::storage_error);
}

TEST_F(HttpClientStreamTest, TakesAnAnswerInPieces) {
  answer_.source = std::make_shared<AsyncPatternSource>(log_, 3'000'000, UINT64_MAX);
  start();
  std::size_t bytes = 0, largest = 0;
  const auto answer = call({.url = url("/"), .take = [&](std::string_view piece) -> Result<void> {
                              bytes += piece.size();
                              largest = std::max(largest, piece.size());
                              return {};
                            }});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(bytes, 3'000'000u);
  EXPECT_LE(largest, 65536u);
}

TEST_F(HttpClientStreamTest, KeepsTheBodyOfAnErrorForTheCaller) {
  answer_ = text_response(404, "not here");
  start();
  const auto answer = call({.url = url("/"), .take = [](std::string_view) -> Result<void> {
                              ADD_FAILURE();
                              return {};
                            }});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "not here");
}

TEST_F(HttpClientStreamTest, EndsWithTheErrorOfWhoTakes) {
  answer_.source = std::make_shared<AsyncPatternSource>(log_, 3'000'000, UINT64_MAX);
  start();
  int taken = 0;
  const auto answer = call({.url = url("/"), .take = [&](std::string_view) -> Result<void> {
                              ++taken;
                              return Error{.code = Errc::storage_error, .message = "no room"};
                            }});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "no room");
  EXPECT_EQ(taken, 1);
}

TEST_F(HttpClientStreamTest, LimitsSilenceOnly) {
  start();
  log_.holds_reply = true;
  auto request = put(100'000);
  request.timeout = milliseconds(50);
  const auto answer = call(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::timed_out);
}

}  // namespace
}  // namespace parley::net::test
