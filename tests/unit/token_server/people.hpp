#pragma once
#include <memory>

#include "tests/support/temporary_file.hpp"
#include "token_server/sessions/session_service.hpp"
#include "token_server/sessions/user_admin.hpp"

namespace parley::token_server {

inline const std::string kUser = "alice@example.com";
inline const std::string kIdentity = "alice-of-example";
inline const std::string kPassword = "correct horse battery";

/// A database with one user in it, and the service over it.
class People {
 public:
  People() {
    auto admin = UserAdmin::open(file_.path(), system_clock(), nullptr);
    admin.value()->add(kUser, kIdentity, kPassword).value();
    auto service = SessionService::open({.database = file_.path()}, system_clock(), nullptr);
    service_ = std::move(service.value());
  }

  SessionService& sessions() { return *service_; }

 private:
  testing::TemporaryFile file_;
  std::unique_ptr<SessionService> service_;
};

}  // namespace parley::token_server
