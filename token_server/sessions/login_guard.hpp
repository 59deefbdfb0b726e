#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "token_server/sessions/attempt_table.hpp"

namespace parley::token_server {

/// Slows guessing down, per user and per address.
///
/// An attempt counts as failed from the moment it starts and is given back when it succeeds: a hundred
/// guesses at the same time count as a hundred. A success forgets the user's failures, but not the address's:
/// else one own account would buy guesses at all others. Refused attempts count nothing, so a wait ends even
/// if somebody keeps knocking.
///
/// Others' guesses make a user wait, too, but never longer than the longest wait, and sessions go on. A
/// restart forgets all.
///
/// No clock: the time goes in. Thread rule: one thread at a time.
class LoginGuard {
 public:
  struct Settings {
    BackOff user{};
    /// Many people may share an address, and their slips add up: it has more room and forgets sooner.
    BackOff address{.free_attempts = 20, .forget_one_after = std::chrono::minutes(1)};
    /// Of each table. To flush an entry out takes more attempts than the passwords' scrypt allows within the
    /// longest wait.
    std::size_t capacity = 32'768;
  };
  LoginGuard() : LoginGuard(Settings{}) {}
  explicit LoginGuard(const Settings& settings)
      : users_(settings.user, settings.capacity), addresses_(settings.address, settings.capacity) {}

  struct Attempt {
    std::string user;  ///< empty: a name that nobody can have
    std::string address;
  };
  struct Refusal {
    std::chrono::milliseconds retry_after;
    bool first;  ///< of this wait: worth an audit line
  };
  /// Starts an attempt, or says how long to wait.
  std::optional<Refusal> start(const Attempt& attempt, TimePoint now);
  void succeeded(const Attempt& attempt);
  /// It was neither right nor wrong: something else failed.
  void take_back(const Attempt& attempt);

 private:
  AttemptTable users_;
  AttemptTable addresses_;
};

}  // namespace parley::token_server
