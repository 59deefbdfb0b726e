#include "chat_service/service.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "chat_service/src/shell/http_front.hpp"
#include "chat_service/src/shell/shell.hpp"
#include "common/net/clocked_loop.hpp"
#include "common/net/in_process.hpp"

namespace parley {

class Service::Impl {
 public:
  explicit Impl(ServiceOptions options)
      : options_(std::move(options)), shell_(std::make_unique<chat_service::Shell>(io_, options_)) {}

  Result<net::ListenAddress> start() {
    // No thread runs yet, so the shell may be used from this one.
    auto address = shell_->start();
    if (!address) return address;
    address_ = *address;
    metrics_address_ = shell_->metrics_address();
    in_process_->open();
    work_.emplace(io_.get_executor());
    loop_.emplace(io_, options_.seams.clock ? *options_.seams.clock : system_clock());
    thread_ = std::thread([this] { loop_->run(); });
    return address;
  }

  Result<void> reload_tls() {
    if (!thread_.joinable())
      return Error{.code = Errc::invalid_config, .message = "the service does not run"};
    std::promise<Result<void>> done;
    boost::asio::post(io_, [this, &done] { done.set_value(shell_->reload_tls()); });
    return done.get_future().get();
  }

  void stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this, grace] { shell_->stop(grace, [this] { io_.stop(); }); });
    in_process_->shut_down();
    thread_.join();
    loop_.reset();
    shell_.reset();
  }

  std::string url() const {
    if (!address_) return {};
    return (options_.tls ? "wss://" : "ws://") + address_->to_string() +
           std::string(chat_service::kSocketPath);
  }

  std::optional<net::ListenAddress> metrics_address() const { return metrics_address_; }
  std::shared_ptr<net::InProcessListener> in_process() const { return in_process_; }

 private:
  ServiceOptions options_;
  boost::asio::io_context io_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::optional<net::ClockedLoop> loop_;
  std::unique_ptr<chat_service::Shell> shell_;
  const std::shared_ptr<net::InProcessAcceptor> in_process_ = std::make_shared<net::InProcessAcceptor>(
      io_.get_executor(),
      [this](std::unique_ptr<net::MessageStream> stream) { shell_->accept(std::move(stream)); });
  std::optional<net::ListenAddress> address_;
  std::optional<net::ListenAddress> metrics_address_;
  std::thread thread_;
};

Service::Service(ServiceOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Service::~Service() { stop(std::chrono::milliseconds(0)); }

Result<net::ListenAddress> Service::start() { return impl_->start(); }

Result<void> Service::reload_tls() { return impl_->reload_tls(); }

void Service::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

std::string Service::url() const { return impl_->url(); }

std::optional<net::ListenAddress> Service::metrics_address() const { return impl_->metrics_address(); }

std::shared_ptr<net::InProcessListener> Service::in_process() const { return impl_->in_process(); }

}  // namespace parley
