#include "chat_service/service.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "chat_service/src/shell/http_front.hpp"
#include "chat_service/src/shell/shell.hpp"

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
    work_.emplace(io_.get_executor());
    thread_ = std::thread([this] { io_.run(); });
    return address;
  }

  void stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this, grace] { shell_->stop(grace, [this] { io_.stop(); }); });
    thread_.join();
    shell_.reset();
  }

  std::string url() const {
    if (!address_) return {};
    return "ws://" + address_->to_string() + std::string(chat_service::kSocketPath);
  }

 private:
  ServiceOptions options_;
  boost::asio::io_context io_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::unique_ptr<chat_service::Shell> shell_;
  std::optional<net::ListenAddress> address_;
  std::thread thread_;
};

Service::Service(ServiceOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Service::~Service() { stop(std::chrono::milliseconds(0)); }

Result<net::ListenAddress> Service::start() { return impl_->start(); }

void Service::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

std::string Service::url() const { return impl_->url(); }

}  // namespace parley
