#pragma once
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include <parley/error.hpp>

namespace parley::detail {

/// Overwrites the bytes of `secret`, so that memory that is given to others does not have them.
void wipe(std::string& secret);

/// What a login or an exchange gives.
struct Grant {
  std::string access_token;
  std::string session;  ///< the refresh token
};

// What the machine wants done, one at a time, each with the input that answers it.
struct LoadSession {};  ///< on_loaded
struct SaveSession {    ///< on_saved
  std::string session;
};
struct EraseSession {};  ///< on_erased
struct AskPassword {};   ///< on_password
struct LogIn {           ///< on_granted, on_invalid_grant
  std::string password;
};
struct ExchangeSession {  ///< on_granted, on_invalid_grant
  std::string session;
  bool again;  ///< the answer to the first time was lost
};
struct RevokeSession {  ///< on_revoked
  std::string session;
};
/// For everybody who wanted a token.
struct AnswerToken {
  Result<std::string> access_token;
};
/// For everybody who wanted to log out.
struct LoggedOut {
  Result<void> outcome;
};
using LoginAction = std::variant<LoadSession, SaveSession, EraseSession, AskPassword, LogIn, ExchangeSession,
                                 RevokeSession, AnswerToken, LoggedOut>;

enum class LoginState {
  unread,        ///< the store has not been asked yet, or failed to answer
  loading,       ///< the store is asked for its session
  no_session,    ///< there is none
  asking,        ///< the application is asked for the password
  logging_in,    ///< name and password are on their way
  have_session,  ///< there is a session, which the store has
  unsaved,       ///< there is a session, which the store failed to take
  exchanging,    ///< the session is being exchanged for a token and the next session
  saving,        ///< the store is given the next session; its token waits for that
  forgetting,    ///< the store is told to drop a session that has ended
  revoking,      ///< the server is told that the user logs out
  erasing,       ///< the store is told to drop the session of a user who logs out
  logged_out,    ///< for good
};

/// Decides how a user stays logged in. No I/O, no clock, no thread: drain next() after every input.
///
///   state        | answer: good            | answer: bad
///   -------------|-------------------------|---------------------------------------------------------
///   loading      | have_session, no_session| unread, told
///   asking       | logging_in              | no_session, told
///   logging_in   | saving                  | no_session, told; invalid: the password is forgotten
///   exchanging   | saving                  | lost: exchanging once more, then have_session, told;
///                |                         | invalid: forgetting; else have_session, told
///   saving       | have_session, told      | unsaved, told
///   forgetting   | no_session, goes on     | the same: what the store still has is worth nothing
///   revoking     | erasing                 | erasing, told at its end
///   erasing      | logged_out              | logged_out, told
///
/// want_token() starts work in a state that waits for nothing, and else shares what is under way: unread
/// loads, no_session logs in, have_session exchanges, unsaved saves first. log_out() waits for what is under
/// way.
///
/// A session is good for one exchange, and one that is shown twice ends the login, unless it comes again
/// within seconds because the answer was lost. So there is never more than one exchange, it is repeated at
/// once, and the next session is saved before its token is told.
///
/// "Invalid" is the token server's own word for a session or a password (on_invalid_grant). Any other refusal
/// may come from a gateway on the way, and neither is given up for it.
class LoginMachine {
 public:
  /// `can_ask`: AskPassword makes sense.
  LoginMachine(std::string password, bool can_ask);
  ~LoginMachine();
  LoginMachine(const LoginMachine&) = delete;
  LoginMachine& operator=(const LoginMachine&) = delete;

  /// @name What the application wants
  void want_token();
  void log_out();
  /// Another password, for now if one is asked for, else for the next time that one is needed; ignored while
  /// there is a session or a password.
  /// `can_ask`: AskPassword makes sense from now on.
  void offer_password(std::string password, bool can_ask);
  /// Nobody is there any more: what is under way is finished, so that the next session is saved, and nothing
  /// else is begun. Who offers a password, even "", takes the machine up again as if it were new.
  void abandon();

  /// @name What became of the actions
  void on_loaded(Result<std::string> session);  ///< "": none
  void on_password(Result<std::string> password);
  void on_granted(Result<Grant> grant);
  /// The server itself says that the session, or name and password, are not valid.
  void on_invalid_grant(Error refusal);
  void on_saved(Result<void> saved);
  void on_erased(Result<void> erased);
  void on_revoked(Result<void> revoked);

  std::optional<LoginAction> next();
  LoginState state() const { return state_; }

 private:
  bool at_rest() const;
  void begin();
  void begin_login();
  void exchange();
  void on_grant_failed(Error error);
  void take(Grant grant);
  void answer(Result<std::string> token);
  void finish_log_out();
  void enter(LoginState state, LoginAction action);

  LoginState state_ = LoginState::unread;
  bool can_ask_;
  std::string password_;      // "": none
  std::string session_;       // "": none
  std::string access_token_;  // while saving
  bool wants_token_ = false;
  bool wants_out_ = false;
  bool is_abandoned_ = false;
  bool repeated_ = false;       // of the exchange under way
  std::optional<Error> ended_;  // why the last session ended, until the next one
  Result<void> revoked_;
  std::deque<LoginAction> actions_;
};

}  // namespace parley::detail
