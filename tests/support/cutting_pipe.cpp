#include "tests/support/cutting_pipe.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace parley::support {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

class CuttingPipe::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(CuttingPipe& pipe, tcp::socket client)
      : pipe_(pipe), client_(std::move(client)), server_(client_.get_executor()) {}

  void start() {
    client_.async_read_some(asio::buffer(up_.buffer),
                            [self = shared_from_this()](ErrorCode error, std::size_t size) {
                              if (!error) self->connect(size);
                            });
  }

  void reset() {
    ErrorCode ignored;
    client_.set_option(tcp::socket::linger(true, 0), ignored);
    close();
  }

 private:
  struct Flow {
    std::array<char, 16 * 1024> buffer;
    std::uint64_t left = 0;
  };

  void connect(std::size_t size) {
    const Plan plan = pipe_.plan(std::string(up_.buffer.data(), size));
    up_.left = plan.up;
    down_.left = plan.down;
    holds_ = plan.holds;
    server_.async_connect({asio::ip::address_v4::loopback(), pipe_.target_.load()},
                          [self = shared_from_this(), size](ErrorCode error) {
                            if (error) return self->close();
                            self->forward(self->client_, self->server_, self->up_, size);
                            self->read(self->server_, self->client_, self->down_);
                          });
  }

  void read(tcp::socket& from, tcp::socket& to, Flow& flow) {
    from.async_read_some(asio::buffer(flow.buffer),
                         [self = shared_from_this(), &from, &to, &flow](ErrorCode error, std::size_t size) {
                           if (error) return self->close();
                           self->forward(from, to, flow, size);
                         });
  }

  void forward(tcp::socket& from, tcp::socket& to, Flow& flow, std::size_t size) {
    const auto passes = static_cast<std::size_t>(std::min<std::uint64_t>(size, flow.left));
    if (flow.left != kNever) flow.left -= passes;
    asio::async_write(to, asio::buffer(flow.buffer, passes),
                      [self = shared_from_this(), &from, &to, &flow](ErrorCode error, std::size_t) {
                        if (error) return self->close();
                        if (flow.left == 0) return self->break_off();
                        self->read(from, to, flow);
                      });
  }

  // A close and not a reset: the client sees every byte up to the cut.
  void break_off() {
    ++pipe_.breaks_;
    if (!holds_) close();
  }

  void close() {
    ErrorCode ignored;
    client_.close(ignored);
    server_.close(ignored);
  }

  CuttingPipe& pipe_;
  tcp::socket client_;
  tcp::socket server_;
  Flow up_, down_;
  bool holds_ = false;
};

CuttingPipe::CuttingPipe() {
  acceptor_.open(tcp::v4());
  acceptor_.bind({asio::ip::address_v4::loopback(), 0});
  acceptor_.listen();
  port_ = acceptor_.local_endpoint().port();
  accept();
  thread_ = std::thread([this] { io_.run(); });
}

CuttingPipe::~CuttingPipe() {
  io_.stop();
  thread_.join();
}

void CuttingPipe::accept() {
  acceptor_.async_accept([this](ErrorCode error, tcp::socket client) {
    if (error) return;
    const auto connection = std::make_shared<Connection>(*this, std::move(client));
    connections_.push_back(connection);
    connection->start();
    accept();
  });
}

void CuttingPipe::set_plan(Planner planner) {
  const std::lock_guard lock(mutex_);
  planner_ = std::move(planner);
}

CuttingPipe::Plan CuttingPipe::plan(const std::string& head) {
  const std::lock_guard lock(mutex_);
  heads_.push_back(head.substr(0, head.find("\r\n\r\n")));
  return planner_ ? planner_(head) : Plan{};
}

std::vector<std::string> CuttingPipe::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

std::size_t CuttingPipe::count(const std::string& words) const {
  const auto all = heads();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const std::string& head) { return head.find(words) != head.npos; }));
}

void CuttingPipe::cut_all() {
  asio::post(io_, [this] {
    for (const auto& weak : std::exchange(connections_, {}))
      if (const auto connection = weak.lock()) connection->reset();
  });
}

}  // namespace parley::support
