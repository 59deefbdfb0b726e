#include "tests/unit/chat_service_testing/pipe_fixture.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <utility>

namespace parley::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct MessageSide final : Side {
  explicit MessageSide(std::unique_ptr<net::MessageStream> its_stream) : stream(std::move(its_stream)) {
    stream->start({.on_message = [this](std::string_view bytes) { received += bytes; },
                   .on_closed = [this](const Error&) { has_ended = true; },
                   .on_refused = {},
                   .on_input = [this] { ++inputs; }});
  }
  void send(std::string bytes) override {
    stream->send(std::make_shared<const std::string>(std::move(bytes)));
  }
  void close() override { stream.reset(); }
  void ping() override { stream->ping(); }

  std::unique_ptr<net::MessageStream> stream;
};

struct TcpSide final : Side {
  explicit TcpSide(tcp::socket its_socket) : socket(std::move(its_socket)) { read(); }
  void read() {
    socket.async_read_some(asio::buffer(buffer), [this](boost::system::error_code error, std::size_t size) {
      if (error == asio::error::operation_aborted) return;
      received.append(buffer.data(), size);
      if (error)
        has_ended = true;
      else
        read();
    });
  }
  void send(std::string bytes) override {
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes), ignored);
  }
  void close() override { socket.close(); }
  void ping() override {}

  tcp::socket socket;
  std::array<char, 4096> buffer{};
};

}  // namespace

PipeTest::PipeTest() : acceptor_(loop_.context()) {
  if (is_relay()) {
    acceptor_ = tcp::acceptor(loop_.context(), {asio::ip::address_v4::loopback(), 0});
    accept();
    pipe_ = FaultyPipe::relay_to({"127.0.0.1", acceptor_.local_endpoint().port()}, time_).value();
    return;
  }
  service_ = std::make_shared<net::InProcessAcceptor>(loop_.executor(), [this](auto stream) {
    accepted_.push_back(std::make_unique<MessageSide>(std::move(stream)));
  });
  service_->open();
  pipe_ = FaultyPipe::in_front_of(service_, time_);
}

void PipeTest::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    accepted_.push_back(std::make_unique<TcpSide>(std::move(socket)));
    accept();
  });
}

std::unique_ptr<Side> PipeTest::connect() {
  if (is_relay()) {
    tcp::socket socket(loop_.context());
    socket.connect({asio::ip::address_v4::loopback(), pipe_->address().port});
    auto side = std::make_unique<TcpSide>(std::move(socket));
    settle();
    if (side->has_ended) return nullptr;
    return side;
  }
  auto stream = pipe_->listener()->connect(loop_.executor());
  if (!stream) return nullptr;
  return std::make_unique<MessageSide>(std::move(*stream));
}

PipeTest::Connection PipeTest::connect_through() {
  const std::size_t before = accepted_.size();
  Connection connection{.client = connect()};
  loop_.run_until([&] { return accepted_.size() > before; });
  if (accepted_.size() > before) connection.service = accepted_.back().get();
  return connection;
}

void PipeTest::settle() { ASSERT_TRUE(time_.settle()); }

}  // namespace parley::testing
