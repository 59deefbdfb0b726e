#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/support/temporary_file.hpp"
#include "tests/unit/token_sessions/counted_scrypt.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/sessions/session_service.hpp"
#include "token_server/sessions/user_admin.hpp"

namespace parley::token_server {

/// Time that stands until a test moves it. Any thread.
class TestClock final : public Clock {
 public:
  TimePoint now() const override {
    return TimePoint(std::chrono::hours(1000)) + Duration(since_start_.load());
  }
  WallTime wall_now() const override {
    return WallTime(std::chrono::hours(500'000)) +
           std::chrono::duration_cast<WallTime::duration>(Duration(since_start_.load()));
  }
  void advance(Duration by) { since_start_ += by.count(); }

 private:
  std::atomic<Duration::rep> since_start_ = 0;
};

/// A service on a file, with a user alice, and an operator beside it.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    audit_ = std::move(AuditLog::open(audit_path(), clock_).value());
    admin_ = std::move(UserAdmin::open(file_.path(), clock_, audit_.get(), scrypt_.function()).value());
    admin_->add("alice", "alice in chat", "correct horse").value();
    start();
  }

  void start() {
    service_.reset();
    service_ = std::move(
        SessionService::open({.database = file_.path(), .scrypt = scrypt_.function()}, clock_, audit_.get())
            .value());
  }
  std::string audit_path() const { return file_.directory() / "audit.log"; }

  /// Calls a member of the service and waits for its completion.
  template <class T, class Call>
  static Result<T> wait_for(Call call) {
    std::promise<Result<T>> promise;
    auto future = promise.get_future();
    call([&](Result<T> result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  Result<Session> log_in(const std::string& name, const std::string& password,
                         const std::string& address = "192.0.2.1") {
    return wait_for<Session>([&](auto done) { service_->log_in({name, password, "main", address}, done); });
  }
  Result<Session> check_password(const std::string& name, const std::string& password) {
    return wait_for<Session>([&](auto done) {
      service_->check_password({name, password, "main", "192.0.2.1"}, done);
    });
  }
  Result<Session> begin(const std::string& name) {
    return wait_for<Session>([&](auto done) {
      service_->begin({"oidc:x", name, name + "@chat", "main"}, "192.0.2.1", done);
    });
  }
  Result<Session> renew(const std::string& token, const std::string& address = "192.0.2.1") {
    return wait_for<Session>([&](auto done) { service_->renew(token, address, done); });
  }
  Result<void> revoke(const std::string& token) {
    return wait_for<void>([&](auto done) { service_->revoke(token, "192.0.2.1", done); });
  }

  /// "event outcome" of the audit lines, and all of its text.
  std::vector<std::string> audit_events() const {
    std::vector<std::string> events;
    std::ifstream in(audit_path());
    for (std::string line; std::getline(in, line);) {
      const auto object = nlohmann::json::parse(line);
      events.push_back(object["event"].get<std::string>() + " " + object["outcome"].get<std::string>());
    }
    return events;
  }
  std::string audit_text() const {
    std::ifstream in(audit_path());
    return {std::istreambuf_iterator<char>(in), {}};
  }

  testing::TemporaryFile file_;
  TestClock clock_;
  CountedScrypt scrypt_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<UserAdmin> admin_;
  std::unique_ptr<SessionService> service_;
};

}  // namespace parley::token_server
