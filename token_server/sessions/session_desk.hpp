#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "common/storage/database.hpp"
#include "token_server/sessions/refresh_tokens.hpp"
#include "token_server/sessions/users.hpp"

namespace parley::token_server {

/// A login after its password was checked.
struct CheckedLogin {
  Login login;
  std::optional<User> user;  ///< as it was when the check began
  bool right = false;
  std::string new_record;  ///< of the same password at a higher cost, or empty
  bool with_session = true;
};

/// All of the sessions that needs the database: each call is one transaction, and what is worth it goes to
/// the audit log after the commit.
///
/// Thread rule: one thread at a time, except audit_works(). `clock`, `random` and `audit` must outlive it.
class SessionDesk {
 public:
  struct Parts {
    std::unique_ptr<storage::Database> database;
    RefreshLives lives;
    const Clock& clock;
    Random& random;
    AuditLog* audit;  ///< may be null
  };
  explicit SessionDesk(Parts parts);

  Result<std::optional<User>> find_user(std::string_view name);
  /// Errc::denied unless the password was right, and is still the user's, and the user may come in.
  Result<Session> finish_login(const CheckedLogin& checked);
  /// A login that was not tried because of earlier failures.
  void note_locked(const Login& login);
  Result<Session> begin(const SessionSubject& subject, const std::string& address);
  Result<Session> renew(std::string_view token, const std::string& address);
  Result<void> revoke(std::string_view token, const std::string& address);

  bool database_answers();
  /// Any thread.
  bool audit_works() const { return audit_works_; }

 private:
  struct Event;
  void write_audit(const char* what, const Event& event);
  bool still_welcome(const SessionSubject& subject);

  std::unique_ptr<storage::Database> database_;
  const Clock& clock_;
  AuditLog* audit_;
  Users users_;
  RefreshTokens tokens_;
  std::atomic<bool> audit_works_ = true;
};

}  // namespace parley::token_server
