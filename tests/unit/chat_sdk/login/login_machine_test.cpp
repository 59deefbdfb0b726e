#include "chat_sdk/src/login/login_machine.hpp"

#include <gmock/gmock.h>

namespace parley::detail {
namespace {

using ::testing::HasSubstr;

const Error kLost{.code = Errc::outcome_unknown, .message = "cut"};
const Error kUnreachable{.code = Errc::unreachable, .message = "no route"};
const Error kEnded{.code = Errc::denied, .message = "the endpoint refused the request", .http_status = 400};
const Error kWrong{.code = Errc::denied, .message = "the endpoint refused the caller", .http_status = 401};
const Error kDisk{.code = Errc::storage_error, .message = "the session store did not save: full"};

class LoginMachineTest : public ::testing::Test {
 protected:
  void use(std::string password, bool can_ask = false) { machine_.emplace(std::move(password), can_ask); }

  template <class T>
  T expect() {
    auto action = machine_->next();
    if (action && std::holds_alternative<T>(*action)) return std::get<T>(*action);
    ADD_FAILURE() << "another action, index " << (action ? static_cast<int>(action->index()) : -1);
    return T{};
  }
  void expect_quiet() {
    const auto action = machine_->next();
    EXPECT_FALSE(action) << "index " << action->index();
  }
  std::string expect_token() {
    const auto answer = expect_answer();
    return answer ? *answer : answer.error().to_string();
  }
  Error expect_error() {
    const auto answer = expect_answer();
    return answer ? Error{.message = "a token"} : answer.error();
  }
  Result<std::string> expect_answer() {
    auto action = machine_->next();
    if (action && std::holds_alternative<AnswerToken>(*action))
      return std::get<AnswerToken>(*action).access_token;
    ADD_FAILURE() << "no answer, index " << (action ? static_cast<int>(action->index()) : -1);
    return Error{.message = "no answer"};
  }
  Result<void> expect_logged_out() {
    auto action = machine_->next();
    if (action && std::holds_alternative<LoggedOut>(*action)) return std::get<LoggedOut>(*action).outcome;
    ADD_FAILURE() << "not logged out, index " << (action ? static_cast<int>(action->index()) : -1);
    return Error{.message = "not logged out"};
  }

  void load(const std::string& session) {
    machine_->want_token();
    expect<LoadSession>();
    machine_->on_loaded(session);
  }
  /// With the first session saved, and its token told.
  void log_in() {
    load("");
    EXPECT_EQ(expect<LogIn>().password, "pw");
    machine_->on_granted(Grant{"token 1", "session 1"});
    EXPECT_EQ(expect<SaveSession>().session, "session 1");
    machine_->on_saved({});
    EXPECT_EQ(expect_token(), "token 1");
    expect_quiet();
  }
  LoginState state() const { return machine_->state(); }

  std::optional<LoginMachine> machine_;
};

// unread, loading

TEST_F(LoginMachineTest, UnreadAsksTheStoreFirst) {
  use("pw");
  EXPECT_EQ(state(), LoginState::unread);
  machine_->want_token();
  expect<LoadSession>();
  machine_->want_token();
  expect_quiet();
  EXPECT_EQ(state(), LoginState::loading);
}

TEST_F(LoginMachineTest, LoadingFindsASessionAndAsksForNoPassword) {
  use("pw", true);
  load("kept");
  EXPECT_EQ(expect<ExchangeSession>().session, "kept");
  machine_->on_granted(Grant{"token", "next"});
  EXPECT_EQ(expect<SaveSession>().session, "next");
  expect_quiet();  // the token waits for the store
  machine_->on_saved({});
  EXPECT_EQ(expect_token(), "token");
}

TEST_F(LoginMachineTest, LoadingThatFailsIsToldAndTriedAgain) {
  use("pw");
  machine_->want_token();
  expect<LoadSession>();
  machine_->on_loaded(Error{.code = Errc::storage_error, .message = "locked"});
  EXPECT_EQ(expect_error().message, "locked");
  EXPECT_EQ(state(), LoginState::unread);
  machine_->want_token();
  expect<LoadSession>();
}

// no_session, asking, logging_in

TEST_F(LoginMachineTest, NoSessionAndNoPasswordIsDenied) {
  use("");
  load("");
  const Error error = expect_error();
  EXPECT_EQ(error.code, Errc::denied);
  EXPECT_EQ(error.message, "log in again: there is no session and no password");
  EXPECT_EQ(state(), LoginState::no_session);
}

TEST_F(LoginMachineTest, AskingWaitsForTheUser) {
  use("", true);
  load("");
  expect<AskPassword>();
  machine_->want_token();  // the client has lost patience
  expect_quiet();
  EXPECT_EQ(state(), LoginState::asking);
  machine_->on_password(std::string("typed"));
  EXPECT_EQ(expect<LogIn>().password, "typed");
}

TEST_F(LoginMachineTest, AskingEndsWithTheUsersRefusalOrNothing) {
  use("", true);
  load("");
  expect<AskPassword>();
  machine_->on_password(Error{.code = Errc::cancelled, .message = "the window was closed"});
  EXPECT_EQ(expect_error().message, "the window was closed");
  machine_->want_token();
  expect<AskPassword>();
  machine_->on_password(std::string());
  EXPECT_EQ(expect_error().code, Errc::denied);
  machine_->on_password(std::string("too late"));
  expect_quiet();
}

TEST_F(LoginMachineTest, AskingEndsWithAPasswordThatAnotherLoginBrings) {
  use("", true);
  load("");
  expect<AskPassword>();
  machine_->offer_password("", true);
  expect_quiet();
  EXPECT_EQ(state(), LoginState::asking);
  machine_->offer_password("brought", true);
  EXPECT_EQ(expect<LogIn>().password, "brought");
  machine_->on_password(std::string("typed too late"));
  expect_quiet();
  machine_->on_granted(Grant{"token", "session"});
  expect<SaveSession>();
}

TEST_F(LoginMachineTest, LoggingInForgetsAPasswordThatIsWrong) {
  use("pw");
  load("");
  expect<LogIn>();
  machine_->on_invalid_grant(kWrong);
  EXPECT_EQ(expect_error().message, kWrong.message);
  machine_->want_token();
  EXPECT_EQ(expect_error().message, "log in again: there is no session and no password");
}

TEST_F(LoginMachineTest, LoggingInKeepsThePasswordThroughAFailure) {
  use("pw");
  load("");
  expect<LogIn>();
  machine_->on_granted(kUnreachable);
  EXPECT_EQ(expect_error().code, Errc::unreachable);
  machine_->want_token();
  EXPECT_EQ(expect<LogIn>().password, "pw");
}

// A gateway on the way answers so, too.
TEST_F(LoginMachineTest, LoggingInKeepsThePasswordThatOnlySomebodyElseRefused) {
  use("pw");
  load("");
  for (const Error& refusal : {kEnded, kWrong}) {
    expect<LogIn>();
    machine_->on_granted(refusal);
    EXPECT_EQ(expect_error().code, Errc::denied);
    expect_quiet();
    machine_->want_token();
  }
  EXPECT_EQ(expect<LogIn>().password, "pw");
}

TEST_F(LoginMachineTest, LoggingInAsksAgainAfterAWrongPassword) {
  use("", true);
  load("");
  expect<AskPassword>();
  machine_->on_password(std::string("wrong"));
  expect<LogIn>();
  machine_->on_invalid_grant(kWrong);
  expect_error();
  machine_->want_token();
  expect<AskPassword>();
}

TEST_F(LoginMachineTest, NoSessionTakesWhatAnotherLoginBrings) {
  use("");
  load("");
  expect_error();
  machine_->offer_password("", /*can_ask=*/true);
  machine_->want_token();
  expect<AskPassword>();
  machine_->on_password(Error{.code = Errc::cancelled});
  expect_error();
  machine_->offer_password("brought", false);
  machine_->want_token();
  EXPECT_EQ(expect<LogIn>().password, "brought");
}

// have_session, exchanging

TEST_F(LoginMachineTest, HaveSessionExchangesItOnceForAll) {
  use("pw");
  log_in();
  machine_->want_token();
  machine_->want_token();
  const auto exchange = expect<ExchangeSession>();
  EXPECT_EQ(exchange.session, "session 1");
  EXPECT_FALSE(exchange.again);
  expect_quiet();
  machine_->want_token();
  expect_quiet();
  machine_->on_granted(Grant{"token 2", "session 2"});
  expect<SaveSession>();
  machine_->want_token();
  machine_->on_saved({});
  EXPECT_EQ(expect_token(), "token 2");
  expect_quiet();
  machine_->want_token();
  EXPECT_EQ(expect<ExchangeSession>().session, "session 2");
}

TEST_F(LoginMachineTest, HaveSessionHasForgottenThePassword) {
  use("pw");
  log_in();
  machine_->offer_password("another", false);
  machine_->want_token();
  expect<ExchangeSession>();
  machine_->on_invalid_grant(kEnded);
  expect<EraseSession>();
  machine_->on_erased({});
  const Error error = expect_error();
  EXPECT_EQ(error.code, Errc::denied);
  EXPECT_EQ(error.message, "log in again: the session has ended; " + kEnded.message);
  expect_quiet();
}

TEST_F(LoginMachineTest, ExchangingAsksOnceMoreWhenTheAnswerIsLost) {
  use("pw");
  log_in();
  for (const Error& lost :
       {kLost, Error{.code = Errc::timed_out}, Error{.code = Errc::server_error, .http_status = 502}}) {
    machine_->want_token();
    const auto first = expect<ExchangeSession>();
    machine_->on_granted(lost);
    const auto second = expect<ExchangeSession>();
    EXPECT_EQ(second.session, first.session);
    EXPECT_TRUE(second.again);
    machine_->on_granted(lost);
    EXPECT_EQ(expect_error().code, lost.code);
    EXPECT_EQ(state(), LoginState::have_session);
  }
  machine_->want_token();
  EXPECT_EQ(expect<ExchangeSession>().session, "session 1") << "the server may still know the lost answer";
}

TEST_F(LoginMachineTest, ExchangingDoesNotHurryAServerThatAsksToWait) {
  use("pw");
  log_in();
  for (const Error& error : {kUnreachable, Error{.code = Errc::too_many_requests, .http_status = 429},
                             Error{.code = Errc::server_error, .http_status = 503}}) {
    machine_->want_token();
    expect<ExchangeSession>();
    machine_->on_granted(error);
    EXPECT_EQ(expect_error().code, error.code);
    expect_quiet();
  }
}

TEST_F(LoginMachineTest, ExchangingAnEndedSessionLogsInWithThePassword) {
  use("pw");
  load("old");
  expect<ExchangeSession>();
  machine_->on_invalid_grant(kEnded);
  expect<EraseSession>();
  machine_->on_erased(kDisk);
  EXPECT_EQ(expect<LogIn>().password, "pw");
  machine_->on_granted(Grant{"token", "session"});
  expect<SaveSession>();
  machine_->on_saved({});
  EXPECT_EQ(expect_token(), "token");
}

TEST_F(LoginMachineTest, ExchangingKeepsASessionThatIsOnlyNotAllowedNow) {
  use("");
  load("kept");
  for (const int status : {400, 401, 403}) {
    EXPECT_EQ(expect<ExchangeSession>().session, "kept");
    machine_->on_granted(Error{.code = Errc::denied, .message = "no", .http_status = status});
    EXPECT_EQ(expect_error().message, "no");
    EXPECT_EQ(state(), LoginState::have_session);
    expect_quiet();
    machine_->want_token();
  }
}

// saving, unsaved

TEST_F(LoginMachineTest, SavingThatFailsIsToldAndTheSessionIsNotLost) {
  use("pw");
  load("");
  expect<LogIn>();
  machine_->on_granted(Grant{"token 1", "session 1"});
  expect<SaveSession>();
  machine_->on_saved(kDisk);
  EXPECT_EQ(expect_error().code, Errc::storage_error);
  EXPECT_EQ(state(), LoginState::unsaved);

  machine_->want_token();
  EXPECT_EQ(expect<SaveSession>().session, "session 1");
  machine_->on_saved({});
  EXPECT_EQ(expect<ExchangeSession>().session, "session 1");
  machine_->on_granted(Grant{"token 2", "session 2"});
  expect<SaveSession>();
  machine_->on_saved({});
  EXPECT_EQ(expect_token(), "token 2");
}

// The session is there, whether the store takes it or not.
TEST_F(LoginMachineTest, SavingNeedsNoPasswordAnyMore) {
  use("pw");
  load("");
  expect<LogIn>();
  machine_->on_granted(Grant{"token 1", "session 1"});
  expect<SaveSession>();
  machine_->on_saved(kDisk);
  expect_error();
  machine_->want_token();
  expect<SaveSession>();
  machine_->on_saved({});
  expect<ExchangeSession>();
  machine_->on_invalid_grant(kEnded);
  expect<EraseSession>();
  machine_->on_erased({});
  EXPECT_THAT(expect_error().message, HasSubstr("log in again: the session has ended"));
}

// revoking, erasing, logged_out

TEST_F(LoginMachineTest, LogOutRevokesThenErases) {
  use("pw");
  log_in();
  machine_->log_out();
  EXPECT_EQ(expect<RevokeSession>().session, "session 1");
  expect_quiet();
  machine_->on_revoked({});
  expect<EraseSession>();
  machine_->on_erased({});
  EXPECT_TRUE(expect_logged_out());
  machine_->want_token();
  EXPECT_EQ(expect_error().message, "log in again: the user has logged out");
  machine_->log_out();
  EXPECT_TRUE(expect_logged_out());
}

TEST_F(LoginMachineTest, LogOutErasesWhateverTheServerSays) {
  use("pw");
  log_in();
  machine_->log_out();
  expect<RevokeSession>();
  machine_->want_token();
  machine_->on_revoked(kUnreachable);
  expect<EraseSession>();
  machine_->on_erased({});
  EXPECT_EQ(expect_error().code, Errc::denied);
  EXPECT_EQ(expect_logged_out().error().code, Errc::unreachable);
}

TEST_F(LoginMachineTest, LogOutReadsTheStoreOfAProgramThatHasJustStarted) {
  use("");
  machine_->log_out();
  expect<LoadSession>();
  machine_->on_loaded(std::string("kept"));
  EXPECT_EQ(expect<RevokeSession>().session, "kept");
}

TEST_F(LoginMachineTest, LogOutWithoutASessionStillErases) {
  use("");
  machine_->log_out();
  expect<LoadSession>();
  machine_->on_loaded(std::string());
  expect<EraseSession>();
  machine_->on_erased(kDisk);
  EXPECT_EQ(expect_logged_out().error().code, Errc::storage_error);
}

TEST_F(LoginMachineTest, LogOutOfAStoreThatCannotBeReadSaysSo) {
  use("");
  machine_->log_out();
  expect<LoadSession>();
  machine_->on_loaded(Error{.code = Errc::storage_error, .message = "locked"});
  expect<EraseSession>();
  machine_->on_erased({});
  EXPECT_EQ(expect_logged_out().error().message, "locked");
}

TEST_F(LoginMachineTest, LogOutWaitsForTheExchangeUnderWay) {
  use("pw");
  log_in();
  machine_->want_token();
  expect<ExchangeSession>();
  machine_->log_out();
  expect_quiet();
  machine_->on_granted(Grant{"token 2", "session 2"});
  expect<SaveSession>();
  machine_->on_saved({});
  EXPECT_EQ(expect_token(), "token 2");
  EXPECT_EQ(expect<RevokeSession>().session, "session 2");
}

TEST_F(LoginMachineTest, LogOutDoesNotWaitForAPassword) {
  use("", true);
  load("");
  expect<AskPassword>();
  machine_->log_out();
  EXPECT_EQ(expect_error().code, Errc::denied);
  expect<EraseSession>();
  machine_->on_password(std::string("late"));
  expect_quiet();
}

// abandoned

TEST_F(LoginMachineTest, AbandonedFinishesTheExchangeUnderWay) {
  use("pw");
  log_in();
  machine_->want_token();
  expect<ExchangeSession>();
  machine_->abandon();
  machine_->on_granted(kLost);
  EXPECT_TRUE(expect<ExchangeSession>().again);
  machine_->on_granted(Grant{"token 2", "session 2"});
  EXPECT_EQ(expect<SaveSession>().session, "session 2");
  machine_->on_saved({});
  EXPECT_EQ(expect_token(), "token 2");
  expect_quiet();
  EXPECT_EQ(state(), LoginState::have_session);
}

TEST_F(LoginMachineTest, AbandonedBeginsNothing) {
  use("pw", true);
  load("old");
  expect<ExchangeSession>();
  machine_->abandon();
  machine_->on_invalid_grant(kEnded);
  expect<EraseSession>();
  machine_->on_erased({});
  expect_quiet();
  EXPECT_EQ(state(), LoginState::no_session);
}

TEST_F(LoginMachineTest, AbandonedDoesNotWaitForAPassword) {
  use("", true);
  load("");
  expect<AskPassword>();
  machine_->abandon();
  EXPECT_EQ(state(), LoginState::no_session);
  machine_->on_password(std::string("late"));
  expect_quiet();
}

TEST_F(LoginMachineTest, AbandonedIsTakenUpAsIfItWereNew) {
  use("pw");
  load("old");
  expect<ExchangeSession>();
  machine_->abandon();
  machine_->offer_password("another", false);
  machine_->want_token();
  expect_quiet();  // it shares what is under way
  machine_->on_invalid_grant(kEnded);
  expect<EraseSession>();
  machine_->on_erased({});
  EXPECT_EQ(expect<LogIn>().password, "another");
}

// Every answer that was not asked for is dropped.
TEST_F(LoginMachineTest, StaysQuietWhenItWaitsForNothing) {
  use("pw");
  log_in();
  machine_->on_loaded(std::string("x"));
  machine_->on_password(std::string("x"));
  machine_->on_granted(Grant{"x", "x"});
  machine_->on_invalid_grant(kEnded);
  machine_->on_saved({});
  machine_->on_erased({});
  machine_->on_revoked({});
  expect_quiet();
  EXPECT_EQ(state(), LoginState::have_session);
}

}  // namespace
}  // namespace parley::detail
