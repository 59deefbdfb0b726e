#pragma once
#include <optional>

#include "common/net/http_client.hpp"
#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {

class CallFixture : public ServerFixture {
 protected:
  Url url(const std::string& target, const std::string& scheme = "http") const {
    return {.scheme = scheme, .host = address_.host, .port = address_.port, .target = target};
  }

  Result<http::Response> call(HttpCall request) {
    std::optional<Result<http::Response>> outcome;
    const auto pending =
        http_call(loop_.executor(), std::move(request), [&](auto result) { outcome = std::move(result); });
    EXPECT_FALSE(outcome) << "inside the call";
    if (!loop_.run_until([&] { return outcome.has_value(); }))
      return Error{.message = "the call never ended"};
    return *outcome;
  }
};

/// Reads a request's header, says what it was told to say and closes.
class ScriptedServer {
 public:
  ScriptedServer(Loop& loop, std::string answer)
      : acceptor_(loop.executor(), {boost::asio::ip::make_address("127.0.0.1"), 0}),
        socket_(loop.executor()),
        answer_(std::move(answer)) {
    acceptor_.async_accept(socket_, [this](boost::system::error_code error) {
      if (!error) read();
    });
  }
  std::uint16_t port() { return acceptor_.local_endpoint().port(); }

 private:
  void read() {
    socket_.async_read_some(boost::asio::buffer(buffer_),
                            [this](boost::system::error_code error, std::size_t size) {
                              if (error) return;
                              request_.append(buffer_.data(), size);
                              if (request_.find("\r\n\r\n") == std::string::npos) return read();
                              boost::system::error_code ignored;
                              boost::asio::write(socket_, boost::asio::buffer(answer_), ignored);
                              socket_.close(ignored);
                            });
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::socket socket_;
  std::array<char, 4096> buffer_;
  std::string request_;
  std::string answer_;
};

}  // namespace parley::net::test
