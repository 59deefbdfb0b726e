#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <parley/login.hpp>

#include "chat_sdk/src/login/endpoint_call.hpp"
#include "chat_sdk/src/login/login_machine.hpp"
#include "chat_sdk/src/login/login_thread.hpp"
#include "chat_sdk/src/login/session_record.hpp"

namespace parley::detail {

class LoginHold;

SessionOwner owner_of(const LoginOptions& options);

/// Calls the application with an outcome. What it throws ends here: there is nobody left to tell it.
template <class T>
void tell(const std::function<void(Result<T>)>& done, const Result<T>& outcome) {
  try {
    done(outcome);
  } catch (...) {
  }
}

/// Carries the login machine's actions out, on a thread of its own. Who wants something of it has a
/// LoginHold; what is under way holds the session itself, and goes on until it is saved when the last hold
/// has gone.
class LoginSession : public std::enable_shared_from_this<LoginSession> {
 public:
  /// `options.store` is set.
  explicit LoginSession(LoginOptions options);
  ~LoginSession();

  /// @name From any thread
  void want_token(TokenReply reply);
  void log_out(std::shared_ptr<LoginHold> hold, std::function<void(Result<void>)> done);
  /// The answer to AskPassword number `asked`; those to earlier ones are dropped.
  void give_password(std::uint64_t asked, Result<std::string> password);
  /// What a further login() of the same user brings: its functions, headers and password.
  void join(LoginOptions options);
  void hold() { ++holds_; }
  /// Without a hold nothing of the application but its store is called any more: a call that is running is
  /// waited for, unless it is this one's caller.
  void let_go();

 private:
  using Act = std::function<void(LoginSession&)>;
  void post(Act act);
  void take_turn(const Act& act);
  void drain();
  void perform(LoadSession);
  void perform(const SaveSession& action);
  void perform(EraseSession);
  void perform(AskPassword);
  void perform(LogIn& action);
  void perform(const ExchangeSession& action);
  void perform(const RevokeSession& action);
  void perform(const AnswerToken& action);
  void perform(const LoggedOut& action);

  struct Request {
    const char* route;
    std::string body;
    std::string secret;
    Duration timeout;
  };
  struct Reply;
  using Answer = std::function<void(LoginSession&, const Reply&)>;
  /// An error: nothing was sent, and `answer` is not called.
  Result<void> send(Request request, Answer answer);
  void ask_for_grant(Request request);

  /// What a call of the application's store comes to. `what`: what it could not do.
  template <class T>
  Result<T> ask_store(const char* what, const std::function<Result<T>()>& call);
  Error store_error(const char* what, const std::string& before, const std::string& words) const;
  Result<http::Fields> headers_of_request();

  std::optional<UnheldRequest> unheld_;  // destroyed last
  std::atomic<int> holds_{0};
  std::recursive_mutex turn_;  // held while the login's thread works; guards what changes below
  bool is_abandoned_ = false;
  const SessionOwner owner_;
  LoginOptions options_;  // without the password
  http::Fields last_headers_;
  const Ways ways_;
  LoginMachine machine_;
  std::string stored_;  // the session that the store was last seen with: no error repeats it
  std::vector<TokenReply> waiting_;
  std::vector<std::function<void(Result<void>)>> leaving_;
  std::uint64_t asked_ = 0;  // how often the password was asked for: an answer counts for the last time only
  LoginThread thread_;
  std::unique_ptr<net::PendingCall> call_;
};

/// Holds a login for somebody who wants something of it.
class LoginHold {
 public:
  explicit LoginHold(std::shared_ptr<LoginSession> session) : session_(std::move(session)) {
    session_->hold();
  }
  ~LoginHold() { session_->let_go(); }
  LoginHold(const LoginHold&) = delete;
  LoginHold& operator=(const LoginHold&) = delete;

  LoginSession& session() const { return *session_; }

 private:
  const std::shared_ptr<LoginSession> session_;
};

}  // namespace parley::detail
