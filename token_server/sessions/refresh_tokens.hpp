#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "token_server/sessions/session_service.hpp"

namespace parley::storage {
class Database;
}

namespace parley::token_server {

/// How long a spent token still gives its successor again, for an answer that was lost.
inline constexpr std::chrono::seconds kLostAnswer{10};
/// More live sessions of one subject end the oldest ones.
inline constexpr int kSessionsPerSubject = 100;

struct RefreshLives {
  std::chrono::seconds idle;      ///< of one token
  std::chrono::seconds absolute;  ///< of a family
};

/// What became of a token that was shown.
struct Renewal {
  enum class Kind {
    renewed,   ///< it is spent, its successor is in `session`
    repeated,  ///< the answer was lost: the same successor once more
    refused,   ///< unknown, expired or revoked
    reused     ///< it was spent before: the family has ended
  };
  Kind kind = Kind::refused;
  Session session{};  ///< its subject is set unless the token was refused
};

/// The rules of refresh tokens; docs/adr/008-refresh-tokens.md says why.
///
/// A token is 256 random bits, and good for one use: it buys its successor. A spent token that comes again
/// was copied, by whomever; nobody can tell who is the thief, so the whole family ends. The exception is an
/// answer that was lost: within kLostAnswer, from the same address and while the successor is unused, the
/// same successor is given again. It is not stored: only its XOR with an HMAC under its parent's text is, so
/// just the holder of the parent can open it.
///
/// All calls run in the caller's transaction, which must be committed also when the token is refused. Each
/// takes some expired rows away. Thread rule: one thread at a time; `database` and `random` must outlive it.
class RefreshTokens {
 public:
  RefreshTokens(storage::Database& database, Random& random, RefreshLives lives)
      : database_(database), random_(random), lives_(lives) {}

  RefreshToken begin(const SessionSubject& subject, WallTime now);
  Renewal renew(std::string_view token, std::string_view address, WallTime now);
  /// Ends the family of a token, spent or not. Whose it was; nothing if nobody knows the token.
  std::optional<SessionSubject> revoke(std::string_view token, WallTime now);
  /// Ends all families of a subject.
  void end_all(std::string_view entry, std::string_view name);

 private:
  struct Row;
  std::optional<Row> find(std::string_view token);
  RefreshToken use(const Row& row, std::string_view token, std::string_view address, WallTime now);
  std::optional<RefreshToken> reopen(const Row& row, std::string_view token, std::string_view address,
                                     WallTime now);
  RefreshToken issue(std::int64_t family, WallTime now, WallTime family_end);
  void end(std::int64_t family);
  void prune(WallTime now);

  storage::Database& database_;
  Random& random_;
  RefreshLives lives_;
};

}  // namespace parley::token_server
