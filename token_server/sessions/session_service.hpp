#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>

#include "token_server/sessions/passwords.hpp"

namespace parley::token_server {

class AuditLog;

struct SessionSettings {
  std::string database;                            ///< path of the SQLite file, or ":memory:"
  std::chrono::seconds idle_life{14 * 86400};      ///< of one refresh token
  std::chrono::seconds absolute_life{90 * 86400};  ///< of a session, however often it is renewed
  Scrypt scrypt = parley::scrypt;                  ///< tests count the calls and make them cheap
  /// Told once, in words without secrets, when the storage or the audit log begins to fail and when it works
  /// again. Called on a thread of the service; must not wait for the service. What it uses outlives it.
  std::function<void(const std::string&)> warn{};
  /// Told, on a thread of the service, what a job threw. Nobody knows then what has been done: the process
  /// should end. Empty: std::terminate().
  std::function<void(const std::string&)> failed{};
};

/// Whose session it is, as it was proven when the session began.
struct SessionSubject {
  std::string entry;     ///< CallerPolicy::entry
  std::string name;      ///< the user's name, or the issuer's `sub`
  std::string identity;  ///< the chat identity; never changes in a session
  std::string account;   ///< the account's name; never changes in a session
};

struct RefreshToken {
  std::string text;  ///< 256 random bits, base64url; never logged
  WallTime expires_at{};
};

struct Session {
  SessionSubject subject;
  RefreshToken refresh;
};

/// May this person go on now? An error is the answer instead, and nothing is stored: a refresh token stays
/// good. Asked on a thread of the service when the person is proven.
using Admit = std::function<std::optional<Error>(const SessionSubject&)>;

struct Login {
  std::string name;
  std::string password;
  std::string account;  ///< for the session
  std::string address;  ///< the peer's
  Admit admit{};
};

/// People with passwords, and refresh tokens: all that needs the database or much computing, on threads of
/// its own with bounded queues.
///
/// Any thread may call. Every completion runs exactly once, on a thread of the service, unless the service is
/// destroyed first; then it is destroyed without a call. Errc::too_many_requests (too much is waiting, or the
/// name or address has to wait) may come at once, inside the call; it comes, too, and nothing was done, for
/// what has waited 10 s for its turn. A completion must not block, nor destroy the service.
///
/// What happened is in `audit` before its completion runs; a failing audit log shows in healthy() and goes to
/// `warn`.
class SessionService {
 public:
  using Done = std::function<void(Result<Session>)>;
  using DoneVoid = std::function<void(Result<void>)>;

  /// Opens or makes the database (mode 0600, with its directory). `clock` and `audit` (may be null) must
  /// outlive it.
  static Result<std::unique_ptr<SessionService>> open(SessionSettings settings, const Clock& clock,
                                                      AuditLog* audit);
  ~SessionService();

  /// Errc::denied, the same after the same time for an unknown user, a wrong password and a disabled user;
  /// Errc::too_many_requests with retry_after while the name or the address has to wait after failures.
  /// `entry` of the subject is "users".
  void log_in(Login login, Done done);
  /// The same check without a session: `refresh` stays empty.
  void check_password(Login login, Done done);
  /// A session for someone whom another authority has proven.
  void begin(SessionSubject subject, std::string address, Done done);
  /// Takes a refresh token and gives the next. Errc::denied for an unknown, expired, revoked or reused one
  /// and for a disabled user; a reused one ends its whole session.
  void renew(std::string refresh_token, std::string address, Done done, Admit admit = {});
  /// Ends the session of a refresh token. A token nobody knows is a success, too (RFC 7009).
  void revoke(std::string refresh_token, std::string address, DoneVoid done);

  /// True while the last write to the database and to the audit log went well and the database's file is
  /// where it was. Never waits: if the last look is more than a second old it asks for a new one, and the
  /// next call tells the answer.
  bool healthy() const;

 private:
  class Impl;
  explicit SessionService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::token_server
