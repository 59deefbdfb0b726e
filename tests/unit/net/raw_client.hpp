#pragma once
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "common/net/url.hpp"
#include "tests/unit/net/loop.hpp"

namespace parley::net::test {

/// A TCP client that says exactly what a test wants and keeps all that comes back, and its descriptor, to its
/// own end.
class RawClient {
 public:
  /// `from`: the own address, where it matters.
  RawClient(Loop& loop, const ListenAddress& server, const std::string& from = "")
      : state_(std::make_shared<State>(loop)) {
    const auto address = boost::asio::ip::make_address(server.host);
    if (!from.empty()) {
      state_->socket.open(boost::asio::ip::tcp::v4());
      state_->socket.bind({boost::asio::ip::make_address(from), 0});
    }
    state_->socket.connect({address, server.port});
    state_->read();
  }
  ~RawClient() { close(); }

  /// False if the other side has closed already.
  bool send(std::string_view bytes) {
    boost::system::error_code error;
    boost::asio::write(state_->socket, boost::asio::buffer(bytes.data(), bytes.size()), error);
    return !error;
  }
  void close() {
    boost::system::error_code ignored;
    state_->socket.close(ignored);
  }

  const std::string& received() const { return state_->received; }
  bool ended() const { return state_->ended; }
  /// How often `text` has been received.
  std::size_t count(std::string_view text) const {
    std::size_t found = 0;
    for (auto at = received().find(text); at != std::string::npos; at = received().find(text, at + 1))
      ++found;
    return found;
  }

 private:
  struct State : std::enable_shared_from_this<State> {
    explicit State(Loop& loop) : socket(loop.executor()) {}
    void read() {
      socket.async_read_some(boost::asio::buffer(buffer),
                             [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                               self->received.append(self->buffer.data(), size);
                               if (!error) return self->read();
                               self->ended = true;
                               boost::system::error_code ignored;
                               self->socket.shutdown(self->socket.shutdown_both, ignored);
                             });
    }
    boost::asio::ip::tcp::socket socket;
    std::array<char, 4096> buffer;
    std::string received;
    bool ended = false;
  };

  std::shared_ptr<State> state_;
};

}  // namespace parley::net::test
