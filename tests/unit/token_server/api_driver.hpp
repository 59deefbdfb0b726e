#pragma once
#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

#include "tests/unit/token_server/samples.hpp"
#include "token_server/http/api.hpp"

namespace parley::token_server {

/// Time that stands still until a test moves it.
class StillClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint(passed_); }
  WallTime wall_now() const override {
    return samples::now() + std::chrono::duration_cast<WallTime::duration>(passed_);
  }
  void pass(Duration duration) { passed_ += duration; }

 private:
  Duration passed_{};
};

/// The API without sockets.
class ApiDriver {
 public:
  explicit ApiDriver(const Policy& policy, SessionService* sessions = nullptr) {
    shared_.sessions = sessions;
    shared_.log = [this](const RequestRecord& record) { log.push_back(record); };
    use(policy);
  }

  void use(const Policy& policy) {
    auto site = make_site(policy, clock.wall_now());
    auto desk = std::make_shared<Authenticator>(io_.get_executor(), site.value(), clock);
    desk->start().value();
    api_->use(std::move(desk));
  }

  /// Runs until there is an answer.
  http::Response ask(http::Request request, const std::string& peer = "127.0.0.1") {
    std::optional<http::Response> answer;
    api_->handle(std::move(request), peer, [&](http::Response response) { answer = std::move(response); });
    const auto work = boost::asio::make_work_guard(io_);
    io_.restart();
    while (!answer) io_.run_one();
    return std::move(*answer);
  }

  Api& api() { return *api_; }
  Shared& shared() { return shared_; }

  StillClock clock;
  std::vector<RequestRecord> log;

 private:
  boost::asio::io_context io_{1};
  Shared shared_{.clock = clock};
  std::shared_ptr<Api> api_ = std::make_shared<Api>(io_.get_executor(), shared_);
};

}  // namespace parley::token_server
