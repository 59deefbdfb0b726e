#include "chat_service/testing/faulty_pipe.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

#include "chat_service/src/testing/pipe_link.hpp"
#include "common/net/clocked_loop.hpp"
#include "common/net/in_process.hpp"

namespace parley::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

Error unreachable(const std::string& what, const ErrorCode& error) {
  return {.code = Errc::unreachable, .message = what + ": " + error.message()};
}

/// Where clients in this process connect.
class Entrance final : public net::InProcessListener {
 public:
  Entrance(asio::any_io_executor executor, net::InProcessAcceptor::Accept accept)
      : acceptor_(std::make_shared<net::InProcessAcceptor>(std::move(executor), std::move(accept))) {
    acceptor_->open();
  }

  Result<std::unique_ptr<net::MessageStream>> connect(asio::any_io_executor executor) override {
    auto stream = acceptor_->connect(std::move(executor));
    if (!stream) return stream;
    return make_client_side(std::move(*stream));
  }
  void set_open(bool is_open) { is_open ? acceptor_->open() : acceptor_->shut_down(); }

 private:
  const std::shared_ptr<net::InProcessAcceptor> acceptor_;
};

}  // namespace

class FaultyPipe::Impl {
 public:
  explicit Impl(const Clock& clock) : clock_(clock), loop_(std::in_place, io_, clock) {}

  /// Runs `work` on the pipe's thread and waits for what it returns.
  template <class Work>
  auto on_thread(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto outcome = task.get_future();
    asio::post(io_, std::move(task));
    return outcome.get();
  }

  ~Impl() {
    if (entrance_) entrance_->set_open(false);
    on_thread([this] {
      ErrorCode ignored;
      acceptor_.close(ignored);
      cut_now();
    });
    work_.reset();
    io_.stop();
    thread_.join();
  }

  void stand_before(std::shared_ptr<net::InProcessListener> service) {
    service_ = std::move(service);
    entrance_ = std::make_shared<Entrance>(
        io_.get_executor(), [this](std::unique_ptr<net::MessageStream> stream) { admit(std::move(stream)); });
  }

  Result<void> relay_to(const net::ListenAddress& service) {
    tcp::resolver resolver(io_);
    ErrorCode error;
    const auto found = resolver.resolve(service.host, std::to_string(service.port), error);
    if (error || found.empty()) return unreachable("resolve " + service.to_string(), error);
    target_ = found.begin()->endpoint();
    acceptor_.open(tcp::v4(), error);
    if (!error) acceptor_.bind({asio::ip::address_v4::loopback(), 0}, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return unreachable("listen on 127.0.0.1", error);
    address_ = {.host = "127.0.0.1", .port = acceptor_.local_endpoint(error).port()};
    on_thread([this] { accept(); });
    return {};
  }

  std::shared_ptr<net::InProcessListener> listener() const { return entrance_; }
  const net::ListenAddress& address() const { return address_; }

  void set_open(bool is_open) {
    if (entrance_) entrance_->set_open(is_open);
  }
  PipeFaults& faults() { return faults_; }
  std::size_t connections() const { return links_.size(); }
  void cut_now() {
    for (const auto& link : std::exchange(links_, {})) link->cut();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](ErrorCode error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (!error) admit(std::move(socket));
      accept();
    });
  }

  void admit(std::unique_ptr<net::MessageStream> stream) {
    auto client = make_client_end(std::move(stream));
    if (faults_.drops()) return start(std::move(client), nullptr);
    auto service = service_->connect(io_.get_executor());
    if (service) start(std::move(client), make_service_end(std::move(*service)));
  }

  void admit(tcp::socket client) {
    if (faults_.refuses()) return reset(client);
    if (faults_.drops()) return start(make_tcp_end(std::move(client)), nullptr);
    struct Attempt {
      tcp::socket client, service;
    };
    const auto attempt = std::make_shared<Attempt>(Attempt{std::move(client), tcp::socket(io_)});
    attempt->service.async_connect(target_, [this, attempt](ErrorCode error) {
      if (error) return reset(attempt->client);
      start(make_tcp_end(std::move(attempt->client)), make_tcp_end(std::move(attempt->service)));
    });
  }

  void start(std::unique_ptr<PipeEnd> client, std::unique_ptr<PipeEnd> service) {
    const auto link =
        std::make_shared<PipeLink>(io_.get_executor(), clock_, faults_, std::move(client), std::move(service),
                                   [this](const std::shared_ptr<PipeLink>& over) { links_.erase(over); });
    links_.insert(link);
    link->start();
  }

  const Clock& clock_;
  asio::io_context io_{1};
  std::optional<net::ClockedLoop> loop_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{io_.get_executor()};
  PipeFaults faults_;
  std::shared_ptr<net::InProcessListener> service_;
  std::shared_ptr<Entrance> entrance_;
  tcp::acceptor acceptor_{io_};
  tcp::endpoint target_;
  net::ListenAddress address_;
  std::unordered_set<std::shared_ptr<PipeLink>> links_;
  std::thread thread_{[this] { loop_->run(); }};
};

FaultyPipe::FaultyPipe(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FaultyPipe::FaultyPipe(FaultyPipe&& other) noexcept = default;
FaultyPipe& FaultyPipe::operator=(FaultyPipe&& other) noexcept = default;
FaultyPipe::~FaultyPipe() = default;

FaultyPipe FaultyPipe::in_front_of(std::shared_ptr<net::InProcessListener> service, const Clock& clock) {
  auto impl = std::make_unique<Impl>(clock);
  impl->stand_before(std::move(service));
  return FaultyPipe(std::move(impl));
}

Result<FaultyPipe> FaultyPipe::relay_to(const net::ListenAddress& service, const Clock& clock) {
  auto impl = std::make_unique<Impl>(clock);
  if (auto listens = impl->relay_to(service); !listens) return listens.error();
  return FaultyPipe(std::move(impl));
}

std::shared_ptr<net::InProcessListener> FaultyPipe::listener() const { return impl_->listener(); }
net::ListenAddress FaultyPipe::address() const { return impl_->address(); }
std::string FaultyPipe::url(const std::string& path) const {
  return "ws://" + impl_->address().to_string() + path;
}

void FaultyPipe::delay(Duration by) {
  impl_->on_thread([&] { impl_->faults().delay(by); });
}

void FaultyPipe::drop() {
  impl_->on_thread([&] { impl_->faults().drop(); });
}

void FaultyPipe::cut_after(Direction direction, std::uint64_t bytes) {
  impl_->on_thread([&] { impl_->faults().cut_after(direction, bytes); });
}

void FaultyPipe::cut_now() {
  impl_->on_thread([&] { impl_->cut_now(); });
}

void FaultyPipe::refuse() {
  impl_->set_open(false);
  impl_->on_thread([&] { impl_->faults().refuse(); });
}

void FaultyPipe::heal() {
  impl_->on_thread([&] { impl_->faults().heal(); });
  impl_->set_open(true);
}

std::size_t FaultyPipe::connections() const {
  return impl_->on_thread([&] { return impl_->connections(); });
}

}  // namespace parley::testing
