#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/storage/database.hpp"
#include "token_server/audit/file_identity.hpp"
#include "token_server/sessions/condition.hpp"
#include "token_server/sessions/refresh_tokens.hpp"
#include "token_server/sessions/users.hpp"

namespace parley::storage {
class Transaction;
}

namespace parley::token_server {

struct AuditEvent;

/// A login after its password was checked.
struct CheckedLogin {
  Login login;
  std::optional<User> user;  ///< as it was when the check began
  bool right = false;
  std::string new_record;  ///< of the same password at a higher cost, or empty
  bool with_session = true;
};

/// All of the sessions that needs the database: each call is one transaction, and what is worth it goes to
/// the audit log after the commit. Lines that cannot be written are counted, and the count is written as soon
/// as it can be: "lines_lost".
///
/// Thread rule: one thread at a time, except works(). `clock`, `random` and `audit` must outlive it.
class SessionDesk {
 public:
  struct Parts {
    std::unique_ptr<storage::Database> database;
    RefreshLives lives;
    const Clock& clock;
    Random& random;
    AuditLog* audit;            ///< may be null
    std::string path{};         ///< of the database, or ":memory:"
    Condition::Tell warn = {};  ///< SessionSettings::warn
  };
  explicit SessionDesk(Parts parts);

  Result<std::optional<User>> find_user(std::string_view name);
  /// Errc::denied unless the password was right, and is still the user's, and the user may come in.
  Result<Session> finish_login(const CheckedLogin& checked);
  /// A login that was not tried because of earlier failures.
  void note_locked(const Login& login);
  Result<Session> begin(const SessionSubject& subject, const std::string& address);
  Result<Session> renew(std::string_view token, const std::string& address, const Admit& admit = {});
  Result<void> revoke(std::string_view token, const std::string& address);

  /// Finds out whether works() is still true.
  void probe();
  /// True if what was tried last went well: storing, and writing to the audit log. Any thread.
  bool works() const { return storage_.works() && audit_state_.works(); }

 private:
  struct Event;
  void write_audit(const char* what, const Event& event);
  bool note_lost_lines();
  bool append(const AuditEvent& event);
  Result<void> commit(storage::Transaction& transaction);
  Result<void> take_outcome();
  Result<void> check_file() const;
  bool still_welcome(const SessionSubject& subject);

  std::unique_ptr<storage::Database> database_;
  const Clock& clock_;
  AuditLog* audit_;
  const std::string path_;
  const std::optional<FileIdentity> file_;  ///< the open one
  Condition storage_;
  Condition audit_state_;
  std::uint64_t lost_lines_ = 0;
  Users users_;
  RefreshTokens tokens_;
};

}  // namespace parley::token_server
