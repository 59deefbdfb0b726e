#include "chat_service/src/shell/admin_door.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>

#include "chat_service/src/shell/local_socket.hpp"
#include "common/net/spare_descriptor.hpp"

namespace parley::chat_service {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::size_t kLineBytes = 4096;
constexpr auto kPatience = std::chrono::seconds(10);
constexpr auto kRest = std::chrono::milliseconds(50);

Error cannot(const std::string& path, const std::string& why) {
  return {.code = Errc::unreachable, .message = "commands cannot reach this service at " + path + ": " + why};
}

Error no_service(const std::string& why) {
  return {.code = Errc::unreachable, .message = "no service can be asked: " + why};
}

/// A service that listens for commands on that database.
Result<Local::socket> connect_to(asio::io_context& io, const std::string& database) {
  const auto address = SocketAddress::of(admin_socket_of(database));
  if (!address) return no_service(address.error().message);
  Local::socket peer(io);
  error_code error;
  peer.connect(address->endpoint(), error);
  if (error) return no_service(error.message());
  if (!is_trusted_peer(peer, database)) return no_service("somebody else listens in its place");
  return peer;
}

/// One caller: reads a line, has it done, writes a line. Lives by its handlers; too slow a one is cut.
class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(Local::socket socket, std::shared_ptr<const AdminDoor::Handler> handler,
        std::shared_ptr<net::SpareDescriptor> spare)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        handler_(std::move(handler)),
        spare_(std::move(spare)) {}
  ~Visit() {
    error_code ignored;
    socket_.close(ignored);
    spare_->hold();  // for the next one, if this one had it
  }

  void start() {
    timer_.expires_after(kPatience);
    timer_.async_wait([self = weak_from_this()](const error_code& error) {
      const auto visit = self.lock();
      if (!error && visit) visit->socket_.close();
    });
    asio::async_read_until(socket_, line_, '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t length) {
                             if (!error) self->handle(length);
                           });
  }

 private:
  void handle(std::size_t length) {
    const std::string line(asio::buffers_begin(line_.data()),
                           asio::buffers_begin(line_.data()) + static_cast<std::ptrdiff_t>(length) - 1);
    auto call = decode_admin_call(line);
    if (!call) return answer(call.error());
    (*handler_)(std::move(*call), [self = shared_from_this()](Result<void> done) { self->answer(done); });
  }

  void answer(const Result<void>& done) {
    reply_ = encode(done) + "\n";
    asio::async_write(socket_, asio::buffer(reply_),
                      [self = shared_from_this()](const error_code&, std::size_t) { self->timer_.cancel(); });
  }

  Local::socket socket_;
  asio::steady_timer timer_;
  std::shared_ptr<const AdminDoor::Handler> handler_;
  std::shared_ptr<net::SpareDescriptor> spare_;
  asio::streambuf line_{kLineBytes};
  std::string reply_;
};

}  // namespace

class AdminDoor::Impl : public std::enable_shared_from_this<AdminDoor::Impl> {
 public:
  Impl(asio::io_context& io, std::string database, Handler handler)
      : acceptor_(io),
        rest_(io),
        database_(std::move(database)),
        path_(admin_socket_of(database_)),
        handler_(std::make_shared<const Handler>(std::move(handler))) {}

  // Closed to others before anybody can connect: that takes listen().
  Result<void> listen() {
    remove_left_over();
    const auto address = SocketAddress::of(path_);
    if (!address) return cannot(path_, address.error().message);
    error_code error;
    acceptor_.open(Local(), error);
    if (!error) acceptor_.bind(address->endpoint(), error);
    if (error) return cannot(path_, error.message());
    bound_ = true;
    std::error_code refused;
    using std::filesystem::perms;
    std::filesystem::permissions(path_, perms::owner_read | perms::owner_write, refused);
    if (refused) return cannot(path_, refused.message());
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (error) return cannot(path_, error.message());
    accept();
    return {};
  }

  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    rest_.cancel();
    std::error_code gone;
    if (bound_) std::filesystem::remove(path_, gone);
  }

 private:
  void remove_left_over() const {
    std::error_code ignored;
    if (std::filesystem::is_socket(path_, ignored)) std::filesystem::remove(path_, ignored);
  }

  void accept() {
    spare_->hold();
    acceptor_.async_wait(Local::acceptor::wait_read, [self = shared_from_this()](const error_code& error) {
      if (!error) self->on_waiting();
    });
  }

  void on_waiting() {
    if (!acceptor_.is_open()) return;
    if (!accept_one()) return accept();
    // It would fail again at once.
    rest_.expires_after(kRest);
    rest_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->accept();
    });
  }

  error_code accept_one() {
    Local::socket socket(acceptor_.get_executor());
    const auto accepted = spare_->accept([&] {
      error_code error;
      acceptor_.accept(socket, error);
      return error;
    });
    if (!accepted.error && is_trusted_peer(socket, database_))
      std::make_shared<Visit>(std::move(socket), handler_, spare_)->start();
    return accepted.error;
  }

  Local::acceptor acceptor_;
  asio::steady_timer rest_;
  std::string database_;
  std::string path_;
  std::shared_ptr<const Handler> handler_;
  std::shared_ptr<net::SpareDescriptor> spare_ = std::make_shared<net::SpareDescriptor>();
  bool bound_ = false;
};

Result<std::unique_ptr<AdminDoor>> AdminDoor::open(asio::io_context& io, const std::string& database,
                                                   Handler handler) {
  auto impl = std::make_shared<Impl>(io, database, std::move(handler));
  std::unique_ptr<AdminDoor> door(new AdminDoor(impl));
  if (auto listening = impl->listen(); !listening) return listening.error();
  return door;
}

AdminDoor::AdminDoor(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminDoor::~AdminDoor() { impl_->close(); }

Result<void> ask_service(const std::string& database, const AdminCall& call) {
  asio::io_context io;
  auto peer = connect_to(io, database);
  if (!peer) return peer.error();
  const std::string line = encode(call) + "\n";
  asio::streambuf answer(kLineBytes);
  std::optional<error_code> outcome;
  asio::async_write(*peer, asio::buffer(line), [&](const error_code& failed, std::size_t) {
    if (failed) return void(outcome = failed);
    asio::async_read_until(*peer, answer, '\n',
                           [&](const error_code& ended, std::size_t) { outcome = ended; });
  });
  io.run_for(kPatience);
  if (!outcome || *outcome)
    return Error{.code = Errc::outcome_unknown, .message = "the running service gave no answer"};
  return decode_admin_answer(
      std::string(asio::buffers_begin(answer.data()), asio::buffers_end(answer.data())));
}

}  // namespace parley::chat_service
