#include <thread>

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

/// Says something at first, then the same few bytes again and again, so many times.
class DrippingServer {
 public:
  DrippingServer(Loop& loop, std::string first, std::string drip, int most)
      : acceptor_(loop.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0}),
        socket_(loop.executor()),
        timer_(loop.executor()),
        next_(std::move(first)),
        drip_(std::move(drip)),
        left_(most) {
    acceptor_.async_accept(socket_, [this](boost::system::error_code error) {
      if (!error) say();
    });
  }
  std::uint16_t port() { return acceptor_.local_endpoint().port(); }

 private:
  void say() {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(next_), error);
    next_ = drip_;
    if (error) return;
    // Not closed: a request that nobody has read would make a reset of it.
    if (left_-- == 0) return void(socket_.shutdown(socket_.shutdown_send, error));
    timer_.expires_after(milliseconds(5));
    timer_.async_wait([this](boost::system::error_code stopped) {
      if (!stopped) say();
    });
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::string next_, drip_;
  int left_;
};

class DrippedAnswerTest : public HttpClientStreamTest {
 protected:
  static constexpr int kForEver = 1'000'000;
  Result<http::Response> ask(const std::string& first, const std::string& drip, int most) {
    DrippingServer server(loop_, first, drip, most);
    HttpCall request{.url = {.host = "127.0.0.1", .port = server.port()},
                     .take = [](std::string_view) { return Result<void>(); }};
    request.timeout = milliseconds(400);
    return call(std::move(request));
  }
};

TEST_F(DrippedAnswerTest, BytesThatAreNoBodyAreNoSignOfLife) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& first :
       {std::string("HTTP/1.1 200 OK\r\nX: "), chunked + "1;", chunked + "0\r\nX: "}) {
    const auto answer = ask(first, "a", kForEver);
    ASSERT_FALSE(answer) << first;
    EXPECT_EQ(answer.error().code, Errc::timed_out) << answer.error().to_string();
  }
}

TEST_F(DrippedAnswerTest, ABodyMayTakeLongerThanTheTimeout) {
  const auto answer = ask("HTTP/1.1 200 OK\r\n\r\n", "a", 200);
  EXPECT_TRUE(answer) << answer.error().to_string();
}

TEST_F(DrippedAnswerTest, InterimAnswersAreLimited) {
  const auto answer = ask("", "HTTP/1.1 100 Continue\r\n\r\n", kForEver);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::protocol_error) << answer.error().to_string();
}

TEST_F(HttpClientStreamTest, LimitsWhatIsNoBody) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* part : {"1;", "5\r\nbytes\r\n1;", "0\r\nX: "}) {
    ScriptedServer server(loop_, chunked + part + std::string(200'000, 'a'));
    const auto answer = call({.url = {.host = "127.0.0.1", .port = server.port()},
                              .take = [](std::string_view) { return Result<void>(); }});
    ASSERT_FALSE(answer) << part;
    EXPECT_EQ(answer.error().code, Errc::limit_exceeded) << answer.error().to_string();
  }
}

TEST_F(HttpClientStreamTest, ASlowTakerIsNotTheServersSilence) {
  answer_.source = std::make_shared<AsyncPatternSource>(log_, 300'000, UINT64_MAX);
  start();
  HttpCall request{.url = url("/"), .take = [](std::string_view) {
                     std::this_thread::sleep_for(milliseconds(300));
                     return Result<void>();
                   }};
  request.timeout = milliseconds(200);
  const auto answer = call(std::move(request));
  EXPECT_TRUE(answer) << answer.error().to_string();
}

TEST_F(HttpClientStreamTest, TellsTheHeadBeforeTheBody) {
  answer_.source = std::make_shared<AsyncPatternSource>(log_, 300'000, UINT64_MAX);
  answer_.status = 206;
  answer_.headers = {{"Content-Range", "bytes 0-299999/400000"}};
  start();
  std::vector<std::string> order;
  HttpCall request{.url = url("/")};
  request.on_head = [&](const http::Response& head) -> Result<void> {
    order.push_back("head " + std::to_string(head.status));
    EXPECT_EQ(http::find_header(head.headers, "content-range"), "bytes 0-299999/400000");
    return {};
  };
  request.take = [&](std::string_view) -> Result<void> {
    if (order.size() < 3) order.push_back("body");
    return {};
  };
  ASSERT_TRUE(call(request));
  EXPECT_EQ(order, (std::vector<std::string>{"head 206", "body", "body"}));
}

TEST_F(HttpClientStreamTest, TellsTheHeadOfAnEmptyBodyAndOfNoFailure) {
  start();
  int heads = 0;
  HttpCall request{.url = url("/"), .take = [](std::string_view) { return Result<void>(); }};
  request.on_head = [&](const http::Response&) -> Result<void> { return ++heads, Result<void>(); };
  answer_ = text_response(200, "");
  ASSERT_TRUE(call(request));
  EXPECT_EQ(heads, 1);
  answer_ = text_response(404, "not here");
  EXPECT_EQ(call(request)->body, "not here");
  EXPECT_EQ(heads, 1);
}

TEST_F(HttpClientStreamTest, EndsWithTheErrorOfWhoSeesTheHead) {
  answer_.source = std::make_shared<AsyncPatternSource>(log_, 3'000'000, UINT64_MAX);
  start();
  HttpCall request{.url = url("/"), .take = [](std::string_view) -> Result<void> {
                     ADD_FAILURE();
                     return {};
                   }};
  request.on_head = [](const http::Response&) -> Result<void> {
    return Error{.code = Errc::protocol_error, .message = "another file"};
  };
  const auto answer = call(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "another file");
}

TEST_F(HttpClientStreamTest, TellsWhatHasLeft) {
  start();
  std::vector<std::uint64_t> sent;
  auto request = put(3'000'000);
  request.on_sent = [&](std::uint64_t bytes) { sent.push_back(bytes); };
  ASSERT_TRUE(call(std::move(request)));
  ASSERT_FALSE(sent.empty());
  EXPECT_TRUE(std::is_sorted(sent.begin(), sent.end()));
  EXPECT_EQ(sent.back(), 3'000'000u);
}

TEST_F(HttpClientStreamTest, WhoIsToldMayDropTheCall) {
  answer_.source = std::make_shared<AsyncPatternSource>(log_, 3'000'000, UINT64_MAX);
  start();
  std::unique_ptr<PendingCall> pending;
  int told = 0;
  const auto drop = [&] {
    ++told;
    pending.reset();
  };
  const auto never = [](const Result<http::Response>&) { ADD_FAILURE(); };
  HttpCall by_head{.url = url("/"), .take = [](std::string_view) { return Result<void>(); }};
  by_head.on_head = [&](const http::Response&) { return drop(), Result<void>(); };
  HttpCall by_piece{.url = url("/"), .take = [&](std::string_view) { return drop(), Result<void>(); }};
  HttpCall by_progress = put(3'000'000);
  by_progress.on_sent = [&](std::uint64_t) { drop(); };
  int expected = 0;
  for (const HttpCall& request : {by_head, by_piece, by_progress}) {
    pending = http_call(loop_.executor(), request, never);
    ++expected;
    ASSERT_TRUE(loop_.run_until([&] { return told == expected; }));
  }
}

}  // namespace
}  // namespace parley::net::test
