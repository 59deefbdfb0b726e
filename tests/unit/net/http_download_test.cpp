#include <optional>
#include <thread>

#include "tests/unit/net/body_fixture.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/tls_client.hpp"

namespace parley::net::test {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::size_t kMegabyte = 1024 * 1024;
constexpr std::string_view kGet = "GET /file HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kLastGet = "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

class HttpDownloadTest : public BodyFixture {};

TEST_F(HttpDownloadTest, ALongBodyIsReadInPieces) {
  start();
  size_ = 5 * kMegabyte + 1;
  const auto answer = talk_to_end(kLastGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5242881\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: image/png\r\n"));
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), PatternSource::make(0, size_));
  EXPECT_EQ(log_.largest, 64u * 1024);
  EXPECT_EQ(log_.sources, 0);
}

TEST_F(HttpDownloadTest, EverySizeAroundAPieceIsWhole) {
  start();
  for (const std::size_t size : {0, 1, 65535, 65536, 65537, 131072}) {
    size_ = size;
    const auto answer = talk_to_end(kLastGet);
    EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), PatternSource::make(0, size)) << size;
    EXPECT_THAT(answer, HasSubstr("Content-Length: " + std::to_string(size) + "\r\n"));
    EXPECT_EQ(log_.sources, 0);
  }
}

TEST_F(HttpDownloadTest, StatusAndHeadersAreTheHandlers) {
  start();
  size_ = 10;
  status_ = 206;
  const auto answer = talk_to_end(kLastGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 206 Partial Content\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Range: bytes 0-9/100\r\n"));
}

TEST_F(HttpDownloadTest, HeadAndNotModifiedReadNothing) {
  start();
  size_ = kMegabyte;
  EXPECT_THAT(talk_to_end("HEAD /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              testing::AllOf(HasSubstr("Content-Length: 1048576\r\n"), EndsWith("\r\n\r\n")));
  status_ = 304;
  EXPECT_THAT(talk_to_end(kLastGet), EndsWith("\r\n\r\n"));
  EXPECT_EQ(log_.pieces, 0u);
  EXPECT_EQ(log_.sources, 0);
}

TEST_F(HttpDownloadTest, TheConnectionServesTheNextRequest) {
  start();
  size_ = 300'000;
  RawClient client(loop_, address_);
  client.send(std::string(kGet) + std::string(kGet));
  client.send(upload("/other", "x", "Connection: close\r\n"));
  ASSERT_TRUE(loop_.run_until([&] { return client.ended(); }));
  EXPECT_EQ(client.count("HTTP/1.1 200 OK"), 3u);
  EXPECT_THAT(client.received(), EndsWith("POST /other [x]"));
  EXPECT_GT(client.received().size(), 600'000u);
  EXPECT_EQ(log_.sources, 0);
}

TEST_F(HttpDownloadTest, ASourceThatFailsLaterEndsTheConnection) {
  start();
  size_ = kMegabyte;
  fails_at_ = 200'000;
  const auto answer = talk_to_end(kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_LE(answer.size() - answer.find("\r\n\r\n") - 4, fails_at_);
  EXPECT_EQ(log_.sources, 0);
}

TEST_F(HttpDownloadTest, ASourceThatFailsAtOnceIsAnsweredWith500) {
  start();
  size_ = kMegabyte;
  fails_at_ = 0;
  RawClient client(loop_, address_);
  client.send(kGet);
  ASSERT_TRUE(loop_.run_until([&] { return client.count(R"("status":500)") == 1; }));
  EXPECT_THAT(client.received(), Not(HasSubstr("200 OK")));
  EXPECT_EQ(log_.sources, 0);
}

class AwaitedPieceTest : public HttpDownloadTest {
 protected:
  /// The server waits for a piece of a body of that size.
  void begin(std::size_t size, HttpServerOptions options = {}) {
    start(std::move(options));
    size_ = size;
    log_.holds_pieces = true;
    client_.emplace(loop_, address_);
    client_->send(kLastGet);
    ASSERT_TRUE(loop_.run_until([&] { return log_.pieces_asked == 1; }));
  }
  std::string body() const { return client_->received().substr(client_->received().find("\r\n\r\n") + 4); }

  std::optional<RawClient> client_;
};

TEST_F(AwaitedPieceTest, OthersAreServedMeanwhile) {
  begin(100);
  EXPECT_THAT(talk_to_end(upload("/other", "x", "Connection: close\r\n")), EndsWith("POST /other [x]"));
  EXPECT_EQ(client_->received(), "") << "the status depends on the first piece";
  log_.give_piece();
  ASSERT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(body(), PatternSource::make(0, 100));
}

TEST_F(AwaitedPieceTest, OneIsAskedForAtATimeAndTheNextWhenThatIsTaken) {
  begin(200'000);
  for (int piece = 1; piece <= 4; ++piece) {
    ASSERT_TRUE(loop_.run_until([&] { return log_.pieces_asked == piece; }));
    loop_.settle();
    EXPECT_EQ(log_.pieces_asked, piece);
    log_.give_piece();
  }
  ASSERT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(body(), PatternSource::make(0, 200'000));
  EXPECT_EQ(log_.largest, 64u * 1024);
}

TEST_F(AwaitedPieceTest, AnyThreadMayBringIt) {
  begin(200'000);
  for (int piece = 1; piece <= 4; ++piece) {
    ASSERT_TRUE(loop_.run_until([&] { return log_.pieces_asked == piece; }));
    std::thread([&] { log_.give_piece(); }).join();
  }
  ASSERT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(body(), PatternSource::make(0, 200'000));
}

TEST_F(AwaitedPieceTest, WaitingIsNotTheClientsSilence) {
  begin(100'000, {.body_timeout = milliseconds(50)});
  let_pass(milliseconds(400));
  EXPECT_EQ(server_->connections(), 1u);
  log_.give_piece();
  ASSERT_TRUE(loop_.run_until([&] { return log_.pieces_asked == 2; }));
  let_pass(milliseconds(400));
  log_.give_piece();
  ASSERT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(body(), PatternSource::make(0, 100'000));
}

TEST_F(AwaitedPieceTest, NobodyWaitsForItForEver) {
  begin(200'000, {.piece_timeout = milliseconds(60)});
  EXPECT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(log_.sources, 0);
  EXPECT_EQ(client_->count("HTTP/1.1 500 "), 1u) << "nothing was sent yet";
}

TEST_F(AwaitedPieceTest, NobodyWaitsForALaterOneForEver) {
  begin(200'000, {.piece_timeout = milliseconds(60)});
  log_.give_piece();
  EXPECT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(log_.sources, 0);
  EXPECT_EQ(body(), PatternSource::make(0, 64 * 1024))
      << "and no more: the client sees that bytes are missing";
}

TEST_F(AwaitedPieceTest, ASecondAnswerIsIgnored) {
  begin(100'000);
  const auto first = log_.give_piece;
  first();
  first();
  ASSERT_TRUE(loop_.run_until([&] { return log_.pieces_asked == 2; }));
  first();
  loop_.settle();
  EXPECT_EQ(server_->connections(), 1u);
  log_.give_piece();
  ASSERT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(body(), PatternSource::make(0, 100'000));
}

TEST_F(HttpDownloadTest, ASourceCannotSendMoreThanItsSize) {
  start();
  size_ = 100;
  log_.surplus = "surplus";
  EXPECT_THAT(talk_to_end(kLastGet), EndsWith("\r\n\r\n" + PatternSource::make(0, 100)));
}

TEST_F(AwaitedPieceTest, ItComesTooLateWhenTheServerHasEnded) {
  begin(100);
  server_.reset();
  EXPECT_EQ(log_.sources, 0);
  log_.give_piece();
  loop_.settle();
  EXPECT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(client_->received(), "");
}

TEST_F(AwaitedPieceTest, AStopWaitsForItUntilItsTimeIsOver) {
  begin(100);
  bool stopped = false;
  server_->stop(std::chrono::seconds(10), [&] { stopped = true; });
  let_pass(milliseconds(50));
  EXPECT_FALSE(stopped);
  log_.give_piece();
  EXPECT_TRUE(loop_.run_until([&] { return stopped; }));
  EXPECT_TRUE(loop_.run_until([&] { return client_->ended(); }));
  EXPECT_EQ(body(), PatternSource::make(0, 100));
}

TEST_F(HttpDownloadTest, ASourceThatThrowsIsOneThatFails) {
  start();
  size_ = kMegabyte;
  int reads = 0;
  int throws_at = 1;
  log_.on_read = [&] {
    if (++reads == throws_at) throw std::runtime_error("secret");
  };
  RawClient client(loop_, address_);
  client.send(kGet);
  ASSERT_TRUE(loop_.run_until([&] { return client.count(R"("status":500)") == 1; }));
  reads = 0;
  throws_at = 3;
  EXPECT_THAT(talk_to_end(kGet), Not(HasSubstr("secret")));
  EXPECT_EQ(log_.pieces, 2u);
  EXPECT_EQ(log_.sources, 0);
}

TEST_F(HttpDownloadTest, ASourceMayEndTheServerWhileItIsRead) {
  start();
  size_ = kMegabyte;
  log_.on_read = [&] { server_.reset(); };
  RawClient client(loop_, address_);
  client.send(kGet);
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
  EXPECT_EQ(log_.sources, 0);
}

/// A receiver that reads nothing until it is told.
class SlowReader {
 public:
  explicit SlowReader(const ListenAddress& server) {
    socket_.open(boost::asio::ip::tcp::v4());
    socket_.set_option(boost::asio::socket_base::receive_buffer_size(64 * 1024));
    socket_.connect({boost::asio::ip::make_address(server.host), server.port});
    boost::asio::write(socket_, boost::asio::buffer(kGet));
  }
  void close() { socket_.close(); }
  std::size_t read_some() {
    std::array<char, 32 * 1024> buffer;
    boost::system::error_code error;
    return socket_.available(error) == 0 ? 0 : socket_.read_some(boost::asio::buffer(buffer), error);
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
};

TEST_F(HttpDownloadTest, OnlyWhatTheReceiverTakesIsRead) {
  start({.body_timeout = milliseconds(100)});
  size_ = 1000 * kMegabyte;
  SlowReader reader(address_);
  ASSERT_TRUE(loop_.run_until([&] { return log_.sources == 1; }));
  EXPECT_TRUE(loop_.run_until([&] { return server_->connections() == 0; }));  // cut: it does not read
  EXPECT_EQ(log_.sources, 0);
  EXPECT_LT(log_.pieces, 16u * kMegabyte / (64 * 1024));  // what the system's buffers took
}

TEST_F(HttpDownloadTest, AReceiverMayTakeMuchLongerThanTheTimeout) {
  start({.body_timeout = milliseconds(300)});
  size_ = 16 * kMegabyte;
  SlowReader reader(address_);
  ASSERT_TRUE(loop_.run_until([&] { return log_.sources == 1; }));
  std::size_t read = 0;
  for (int pause = 0; read < size_ && pause < 5000; ++pause) {
    read += reader.read_some();
    let_pass(milliseconds(1));
  }
  EXPECT_GE(read, size_);
}

TEST_F(HttpDownloadTest, AReceiverThatGoesAwayReleasesTheSource) {
  start();
  size_ = 1000 * kMegabyte;
  SlowReader reader(address_);
  ASSERT_TRUE(loop_.run_until([&] { return log_.pieces > 2; }));
  reader.close();
  EXPECT_TRUE(loop_.run_until([&] { return log_.sources == 0; }));
}

TEST_F(HttpDownloadTest, TheServersEndReleasesTheSource) {
  start();
  size_ = 1000 * kMegabyte;
  SlowReader reader(address_);
  ASSERT_TRUE(loop_.run_until([&] { return log_.pieces > 2; }));
  server_.reset();
  EXPECT_TRUE(loop_.run_until([&] { return log_.sources == 0; }));
}

TEST_F(HttpDownloadTest, StreamsOverTlsToo) {
  const Certificate certificate;
  start({.tls = certificate.options()});
  size_ = 2 * kMegabyte;
  std::string answer;
  std::thread receiver([&] { answer = TlsClient(address_).ask(kLastGet, "never"); });
  EXPECT_TRUE(loop_.run_until([&] { return log_.pieces > 0 && server_->connections() == 0; }));
  receiver.join();
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), PatternSource::make(0, size_));
}

}  // namespace
}  // namespace parley::net::test
