#include "chat_sdk/src/login/login_machine.hpp"

#include <utility>

namespace parley::detail {
namespace {

// The request may have been carried out: its answer is lost.
bool is_lost_answer(const Error& error) {
  const bool gave_up_behind = error.http_status == 502 || error.http_status == 504;
  return error.code == Errc::outcome_unknown || error.code == Errc::timed_out ||
         (error.code == Errc::server_error && gave_up_behind);
}

Error log_in_again(std::optional<Error> why) {
  if (!why) return {.code = Errc::denied, .message = "log in again: there is no session and no password"};
  why->code = Errc::denied;
  why->message = "log in again: the session has ended; " + why->message;
  return *std::move(why);
}

Error logged_out() { return {.code = Errc::denied, .message = "log in again: the user has logged out"}; }

}  // namespace

void wipe(std::string& secret) {
  volatile char* bytes = secret.data();
  for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
  secret.clear();
}

LoginMachine::LoginMachine(std::string password, bool can_ask)
    : can_ask_(can_ask), password_(std::move(password)) {}

LoginMachine::~LoginMachine() {
  wipe(password_);
  wipe(session_);
}

void LoginMachine::want_token() {
  wants_token_ = true;
  begin();
}

void LoginMachine::log_out() {
  wants_out_ = true;
  if (state_ != LoginState::asking) return begin();
  state_ = LoginState::no_session;
  answer(logged_out());
}

void LoginMachine::offer_password(std::string password, bool can_ask) {
  can_ask_ = can_ask_ || can_ask;
  const bool is_new = std::exchange(is_abandoned_, false);
  if (is_new || (session_.empty() && password_.empty())) std::swap(password_, password);
  wipe(password);
  if (state_ == LoginState::asking && !password_.empty()) begin_login();
}

void LoginMachine::abandon() {
  is_abandoned_ = true;
  wants_token_ = false;
  can_ask_ = false;
  wipe(password_);
  if (state_ == LoginState::asking) state_ = LoginState::no_session;
}

bool LoginMachine::at_rest() const {
  return state_ == LoginState::unread || state_ == LoginState::no_session ||
         state_ == LoginState::have_session || state_ == LoginState::unsaved ||
         state_ == LoginState::logged_out;
}

void LoginMachine::enter(LoginState state, LoginAction action) {
  state_ = state;
  actions_.push_back(std::move(action));
}

void LoginMachine::begin() {
  if (!at_rest() || !(wants_token_ || wants_out_)) return;
  if (state_ == LoginState::logged_out) return finish_log_out();
  if (state_ == LoginState::unread) return enter(LoginState::loading, LoadSession{});
  if (wants_out_ && session_.empty()) return enter(LoginState::erasing, EraseSession{});
  if (wants_out_) return enter(LoginState::revoking, RevokeSession{session_});
  if (state_ == LoginState::no_session) return begin_login();
  if (state_ == LoginState::unsaved) return enter(LoginState::saving, SaveSession{session_});
  repeated_ = false;
  exchange();
}

void LoginMachine::begin_login() {
  if (!password_.empty()) return enter(LoginState::logging_in, LogIn{password_});
  if (can_ask_) return enter(LoginState::asking, AskPassword{});
  answer(log_in_again(ended_));
}

void LoginMachine::exchange() { enter(LoginState::exchanging, ExchangeSession{session_, repeated_}); }

void LoginMachine::on_loaded(Result<std::string> session) {
  if (state_ != LoginState::loading) return;
  state_ = LoginState::unread;
  if (!session && !wants_out_) return answer(session.error());
  if (!session) {
    revoked_ = session.error();
    return enter(LoginState::erasing, EraseSession{});
  }
  session_ = std::move(*session);
  state_ = session_.empty() ? LoginState::no_session : LoginState::have_session;
  begin();
}

void LoginMachine::on_password(Result<std::string> password) {
  if (state_ != LoginState::asking) return;
  state_ = LoginState::no_session;
  if (!password) return answer(password.error());
  if (password->empty())
    return answer(
        Error{.code = Errc::denied, .message = "log in again: the password that was given is empty"});
  password_ = std::move(*password);
  begin_login();
}

void LoginMachine::on_granted(Result<Grant> grant) {
  if (state_ != LoginState::exchanging && state_ != LoginState::logging_in) return;
  grant ? take(std::move(*grant)) : on_grant_failed(std::move(grant.error()));
}

void LoginMachine::on_grant_failed(Error error) {
  const bool is_exchange = state_ == LoginState::exchanging;
  if (is_exchange && is_lost_answer(error) && !std::exchange(repeated_, true)) return exchange();
  state_ = is_exchange ? LoginState::have_session : LoginState::no_session;
  answer(std::move(error));
}

void LoginMachine::on_invalid_grant(Error refusal) {
  if (state_ == LoginState::exchanging) {
    wipe(session_);
    ended_ = std::move(refusal);
    return enter(LoginState::forgetting, EraseSession{});
  }
  if (state_ != LoginState::logging_in) return;
  wipe(password_);
  on_grant_failed(std::move(refusal));
}

void LoginMachine::take(Grant grant) {
  wipe(password_);
  wipe(session_);
  session_ = std::move(grant.session);
  access_token_ = std::move(grant.access_token);
  enter(LoginState::saving, SaveSession{session_});
}

void LoginMachine::on_saved(Result<void> saved) {
  if (state_ != LoginState::saving) return;
  auto token = std::exchange(access_token_, {});
  if (!saved) {
    state_ = LoginState::unsaved;
    return answer(saved.error());
  }
  state_ = LoginState::have_session;
  ended_.reset();
  if (!token.empty()) return answer(std::move(token));
  begin();  // the session was left over from a store that failed: a token is still wanted
}

void LoginMachine::on_erased(Result<void> erased) {
  if (state_ == LoginState::forgetting) {
    state_ = LoginState::no_session;
    return begin();
  }
  if (state_ != LoginState::erasing) return;
  if (revoked_ && !erased) revoked_ = erased.error();
  state_ = LoginState::logged_out;
  wipe(session_);
  wipe(password_);
  finish_log_out();
}

void LoginMachine::on_revoked(Result<void> revoked) {
  if (state_ != LoginState::revoking) return;
  revoked_ = std::move(revoked);
  enter(LoginState::erasing, EraseSession{});
}

void LoginMachine::answer(Result<std::string> token) {
  wants_token_ = false;
  actions_.push_back(AnswerToken{std::move(token)});
  begin();  // who wants to log out has waited for this
}

void LoginMachine::finish_log_out() {
  if (std::exchange(wants_token_, false)) actions_.push_back(AnswerToken{logged_out()});
  if (std::exchange(wants_out_, false)) actions_.push_back(LoggedOut{std::exchange(revoked_, {})});
}

std::optional<LoginAction> LoginMachine::next() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

}  // namespace parley::detail
