#pragma once
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

#include "common/base/random.hpp"
#include "common/storage/database.hpp"
#include "token_server/sessions/passwords.hpp"
#include "token_server/sessions/users.hpp"

namespace parley::token_server {

class AuditLog;

/// What an operator does with users, also while the server runs on the same database. Every change is one
/// transaction, and an audit line after it.
///
/// Thread rule: one thread at a time. `clock` and `audit` (may be null) must outlive it. Failures:
/// Errc::invalid_argument for a name, identity or password against the rules, Errc::not_found for an unknown
/// name, Errc::conflict for a taken one, Errc::storage_error.
class UserAdmin {
 public:
  static Result<std::unique_ptr<UserAdmin>> open(const std::string& database, const Clock& clock,
                                                 AuditLog* audit, Scrypt scrypt = parley::scrypt);

  /// True if add() would take these: to know before a password is asked for.
  Result<void> check_new(const std::string& name, const std::string& identity);
  Result<void> check_known(const std::string& name);

  Result<void> add(const std::string& name, const std::string& identity, const std::string& password);
  /// Ends all sessions of the user.
  Result<void> set_password(const std::string& name, const std::string& password);
  /// Ends all sessions of the user; nobody can log in by this name until it is enabled.
  Result<void> disable(const std::string& name);
  Result<void> enable(const std::string& name);
  /// By name.
  Result<std::vector<User>> list();

 private:
  UserAdmin(std::unique_ptr<storage::Database> database, const Clock& clock, AuditLog* audit, Scrypt scrypt);
  template <class Change>
  Result<void> change(const char* event, const std::string& name, Change change);
  Result<void> write_audit(const char* event, const std::string& name, const std::string& identity);
  void end_sessions(const std::string& name);
  Result<void> outcome();

  std::unique_ptr<storage::Database> database_;
  const Clock& clock_;
  AuditLog* audit_;
  SecureRandom random_;
  Passwords passwords_;
  Users users_;
};

}  // namespace parley::token_server
