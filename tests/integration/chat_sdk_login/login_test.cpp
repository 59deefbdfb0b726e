#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "tests/integration/chat_sdk_login/programs.hpp"

namespace parley::support {
namespace {

using boost::asio::use_future;
using ::testing::HasSubstr;
using ::testing::Not;

/// A keyring that a test may spoil and look into.
class Keyring : public SessionStore {
 public:
  Result<std::string> load() override {
    if (locked) throw std::runtime_error("the keyring is locked");
    return kept();
  }
  Result<void> save(const std::string& session) override {
    if (complains_of_it) throw std::runtime_error("cannot write " + session);
    if (full) return Error{.code = Errc::storage_error, .message = "the disk is full"};
    set(session);
    return {};
  }
  Result<void> erase() override {
    set("");
    return {};
  }

  std::string kept() const {
    const std::lock_guard lock(mutex_);
    return session_;
  }
  void set(const std::string& session) {
    const std::lock_guard lock(mutex_);
    session_ = session;
    changed_.notify_all();
  }
  /// False if it still keeps `old` after ten seconds.
  bool wait_for_other_than(const std::string& old) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return session_ != old; });
  }

  std::atomic<bool> locked{false}, full{false}, complains_of_it{false};

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string session_;
};

/// A keyring on a disk that takes its time.
class SlowKeyring final : public Keyring {
 public:
  Result<void> save(const std::string& session) override {
    begun.set_value();
    may_end.get_future().wait();
    const auto saved = Keyring::save(session);
    is_saved = true;
    return saved;
  }

  std::promise<void> begun, may_end;
  std::atomic<bool> is_saved{false};
};

class Login : public Programs {
 protected:
  /// The refresh token that the keyring keeps.
  std::string session() const {
    return nlohmann::json::parse(keyring_->kept())["refresh_token"].get<std::string>();
  }
  std::size_t logins() const { return door_->count("/v1/login"); }
  std::size_t exchanges() const { return door_->count("/v1/token/refresh"); }

  /// As if the program were started again, with what the keyring kept.
  void restart() { restart_with(keyring_->kept()); }
  void restart_with(const std::string& kept) {
    keyring_ = std::make_shared<Keyring>();
    keyring_->set(kept);
  }

  std::shared_ptr<Keyring> keyring_ = std::make_shared<Keyring>();
};

TEST_F(Login, ConnectsWithNameAndPasswordAndTheNextTimeWithNeither) {
  const auto chat = start_chat();
  const auto first = connect(chat, login(alice(keyring_)));
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_THAT(keyring_->kept(), Not(HasSubstr(kPassword)));

  restart();
  const auto second = connect(chat, login(alice(keyring_, "")));
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_EQ(logins(), 1u);
  EXPECT_EQ(exchanges(), 1u);
}

TEST_F(Login, KeepsTheNewestSessionOfAllThatItWasGiven) {
  const auto source = login(alice(keyring_));
  std::set<std::string> sessions;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(fetch(source));
    sessions.insert(session());
  }
  EXPECT_EQ(sessions.size(), 3u);
  EXPECT_EQ(exchanges(), 2u);
}

TEST_F(Login, SavesTheSessionBeforeItsTokenIsThere) {
  const auto source = login(alice(keyring_));
  const auto before = std::make_shared<std::promise<std::string>>();
  source({},
         [before, keyring = keyring_](const Result<std::string>&) { before->set_value(keyring->kept()); });
  EXPECT_NE(before->get_future().get(), "");
}

TEST_F(Login, LivesInMemoryWithoutAStore) {
  const auto source = login(alice(nullptr));
  ASSERT_TRUE(fetch(source));
  ASSERT_TRUE(fetch(source));
  EXPECT_EQ(logins(), 1u);
  EXPECT_EQ(exchanges(), 1u);
}

TEST_F(Login, TellsAWrongPasswordOfWhichNothingIsRepeated) {
  const auto chat = start_chat();
  const auto outcome = connect(chat, login(alice(keyring_, "wrong-password")));
  ASSERT_FALSE(outcome);
  const Error& error = outcome.error();
  EXPECT_EQ(error.code, Errc::denied);
  EXPECT_EQ(error.http_status, 401);
  EXPECT_EQ(error.message, "the token endpoint " + door_->url() + "/v1/login refused the caller");
  EXPECT_EQ(error.server_text, "login: the name or the password is wrong");
  EXPECT_THAT(error.to_string(), Not(HasSubstr("wrong-password")));
  EXPECT_EQ(keyring_->kept(), "");
}

TEST_F(Login, RepeatsNoSecretThatAnEndpointSendsBack) {
  door_->answer_next(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nbad: correct horse battery");
  EXPECT_EQ(fetch(login(alice(keyring_))).error().server_text, "");
}

TEST_F(Login, OfADisabledUserEnds) {
  const auto source = login(alice(keyring_));
  ASSERT_TRUE(fetch(source));
  user("disable");
  const auto outcome = fetch(source);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::denied);
  EXPECT_THAT(outcome.error().message, HasSubstr("log in again: the session has ended"));
  EXPECT_EQ(keyring_->kept(), "");
  EXPECT_EQ(logins(), 1u) << "a password that was typed once is not kept";
}

TEST_F(Login, OutlivesAGatewayThatRefuses) {
  const auto refuse = [this] {
    for (const char* status : {"400 Bad Request", "401 Unauthorized"})
      door_->answer_next("HTTP/1.1 " + std::string(status) +
                         "\r\nContent-Type: text/html\r\n\r\n<h1>no</h1>");
  };
  const auto source = login(alice(keyring_));
  refuse();
  for (const int status : {400, 401}) EXPECT_EQ(fetch(source).error().http_status, status);
  ASSERT_TRUE(fetch(source)) << "the password was kept";
  const auto kept = keyring_->kept();
  refuse();
  for (const int status : {400, 401}) EXPECT_EQ(fetch(source).error().http_status, status);
  EXPECT_EQ(keyring_->kept(), kept);
  const auto outcome = fetch(source);
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(logins(), 3u) << "two were refused on the way";
}

TEST_F(Login, AsksForThePasswordOnlyWhenItIsNeeded) {
  std::atomic<int> asked{0};
  auto options = alice(keyring_, "");
  options.ask_password = [&asked](const PasswordReply& reply) {
    ++asked;
    reply(std::string(kPassword));
    reply(std::string("a second answer"));
  };
  ASSERT_TRUE(fetch(login(options)));
  EXPECT_EQ(asked, 1);
  restart();
  options.store = keyring_;
  const auto source = login(options);
  ASSERT_TRUE(fetch(source));
  EXPECT_EQ(asked, 1);
  user("disable");
  user("enable");
  const auto again = fetch(source);
  EXPECT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(asked, 2);
}

TEST_F(Login, TellsWhatThePasswordsFunctionThrowsOrRefuses) {
  auto options = alice(keyring_, "");
  options.ask_password = [](const PasswordReply&) { throw std::runtime_error("no window"); };
  EXPECT_EQ(fetch(login(options)).error().message, "login: ask_password threw: no window");
  options.ask_password = [](const PasswordReply& reply) {
    reply(Error{.code = Errc::cancelled, .message = "the user cancelled"});
  };
  EXPECT_EQ(fetch(login(options)).error().code, Errc::cancelled);
}

TEST_F(Login, GoesOnWhenThePasswordsReplyWasLetGo) {
  auto options = alice(keyring_, "");
  std::atomic<int> asked{0};
  options.ask_password = [&asked](const PasswordReply& reply) {
    if (++asked == 2) reply(std::string(kPassword));
  };
  const auto source = login(options);
  const Error error = fetch(source).error();
  EXPECT_EQ(error.code, Errc::cancelled);
  EXPECT_EQ(error.message, "login: ask_password let its reply go without an answer");
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(asked, 2);
}

TEST_F(Login, TakesThePasswordOfAnotherLoginWhileItAsks) {
  auto options = alice(keyring_, "");
  const auto reply = std::make_shared<std::promise<PasswordReply>>();
  options.ask_password = [reply](PasswordReply asked) { reply->set_value(std::move(asked)); };
  const auto waits = login(options);
  auto token = begin_fetch(waits);
  const auto window = reply->get_future().get();  // which stays open
  const auto brings = login(alice(keyring_));
  const auto outcome = wait_for(std::move(token));
  EXPECT_TRUE(outcome) << outcome.error().to_string();
}

TEST_F(Login, OutlivesAServerThatIsKilled) {
  auto options = alice(keyring_);
  options.url = "http://127.0.0.1:" + port_;
  const auto source = login(options);
  ASSERT_TRUE(fetch(source));
  kill_tokens();
  const auto outcome = fetch(source);
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().retryable()) << outcome.error().to_string();
  EXPECT_THAT(outcome.error().message, HasSubstr("the token endpoint http://127.0.0.1:" + port_));
  start_tokens();
  EXPECT_TRUE(fetch(source));
}

// The server has exchanged the session, and nobody knows the next one.
TEST_F(Login, AsksForALostAnswerOnceMore) {
  const auto source = login(alice(keyring_));
  ASSERT_TRUE(fetch(source));
  door_->lose_next();
  const auto outcome = fetch(source);
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(exchanges(), 2u);
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(logins(), 1u);
}

TEST_F(Login, OutlivesAServerThatIsKilledBehindItsAnswer) {
  const auto source = login(alice(keyring_));
  ASSERT_TRUE(fetch(source));
  door_->lose_next();
  door_->lose_next();
  const auto lost = fetch(source);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::outcome_unknown);
  kill_tokens();
  start_tokens();
  const auto outcome = fetch(source);
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(logins(), 1u);
}

// The program dies after the answer came and before the session was saved.
TEST_F(Login, StartsAgainWithASessionThatWasJustExchanged) {
  ASSERT_TRUE(fetch(login(alice(keyring_))));
  const auto old = keyring_->kept();
  restart();
  ASSERT_TRUE(fetch(login(alice(keyring_, ""))));
  restart_with(old);
  const auto outcome = fetch(login(alice(keyring_, "")));
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(exchanges(), 2u);
}

TEST_F(Login, SaysWhatToDoWhenAnOldSessionWasUsedTwice) {
  ASSERT_TRUE(fetch(login(alice(keyring_))));
  const auto old = keyring_->kept();
  for (int i = 0; i < 2; ++i) {
    restart();
    ASSERT_TRUE(fetch(login(alice(keyring_, ""))));
  }
  restart_with(old);
  const auto outcome = fetch(login(alice(keyring_, "")));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::denied);
  EXPECT_THAT(outcome.error().message, HasSubstr("log in again"));

  restart_with(old);
  EXPECT_TRUE(fetch(login(alice(keyring_)))) << "with the password it goes on by itself";
}

TEST_F(Login, SharesOneExchangeAmongAllWhoUseTheStore) {
  ASSERT_TRUE(fetch(login(alice(keyring_))));
  const auto one = login(alice(keyring_, "")), other = login(alice(keyring_, ""));
  door_->hold();
  std::vector<std::future<Result<std::string>>> answers;
  for (int i = 0; i < 20; ++i) {
    const auto promise = std::make_shared<std::promise<Result<std::string>>>();
    answers.push_back(promise->get_future());
    (i % 2 ? one : other)({}, [promise](Result<std::string> token) { promise->set_value(std::move(token)); });
  }
  ASSERT_TRUE(door_->wait_for(2));
  door_->release();
  for (auto& answer : answers) {
    const auto token = answer.get();
    EXPECT_TRUE(token) << token.error().to_string();
  }
  EXPECT_EQ(exchanges(), 1u);
}

TEST_F(Login, IsEndedByLoggingOut) {
  const auto source = login(alice(keyring_));
  ASSERT_TRUE(fetch(source));
  const auto old = keyring_->kept();
  const auto outcome = leave(alice(keyring_, ""));
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(keyring_->kept(), "");
  EXPECT_EQ(fetch(source).error().message, "log in again: the user has logged out");

  keyring_->set(old);
  EXPECT_THAT(fetch(login(alice(keyring_, ""))).error().message, HasSubstr("log in again"))
      << "the server has forgotten it, too";
  EXPECT_TRUE(fetch(login(alice(keyring_)))) << "the next user may log in";
}

TEST_F(Login, IsForgottenHereThoughTheServerCannotBeToldOfIt) {
  ASSERT_TRUE(fetch(login(alice(keyring_))));
  door_->answer_next("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  const auto outcome = leave(alice(keyring_, ""));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::server_error);
  EXPECT_EQ(keyring_->kept(), "");
}

TEST_F(Login, NeedsTheStoreToLogOut) {
  EXPECT_EQ(leave(alice(nullptr)).error().code, Errc::invalid_argument);
}

TEST_F(Login, OutlivesCallbacksThatThrow) {
  const auto throws = [](const auto&) { throw std::runtime_error("a window that is gone"); };
  const auto source = login(alice(keyring_));
  source({}, throws);
  ASSERT_TRUE(fetch(source));
  log_out(alice(keyring_, ""), throws);
  EXPECT_EQ(fetch(source).error().message, "log in again: the user has logged out");
  EXPECT_NO_THROW(log_out(alice(nullptr), throws));
}

TEST_F(Login, TellsAStoreThatFailsAndGoesOnWhenItDoesNot) {
  const auto source = login(alice(keyring_));
  keyring_->locked = true;
  const Error locked = fetch(source).error();
  EXPECT_EQ(locked.code, Errc::storage_error);
  EXPECT_EQ(locked.message, "the session store could not be read: it threw: the keyring is locked");
  keyring_->locked = false;
  keyring_->full = true;
  EXPECT_EQ(fetch(source).error().message, "the session store did not save: the disk is full");
  EXPECT_EQ(keyring_->kept(), "");
  keyring_->full = false;
  EXPECT_TRUE(fetch(source));
  EXPECT_NE(keyring_->kept(), "");
  EXPECT_EQ(logins(), 1u) << "the session that could not be saved was not lost";
}

TEST_F(Login, RepeatsNoSessionThatAStoreComplainsOf) {
  keyring_->complains_of_it = true;
  const auto source = login(alice(keyring_));
  EXPECT_EQ(fetch(source).error().message, "the session store did not save");
}

TEST_F(Login, SendsHeadersThatAreMadeForEachRequest) {
  int made = 0;  // on the login's thread, one after the other
  auto options = alice(keyring_);
  options.headers = {{"X-App", "tests"}};
  options.make_headers = [&made]() -> std::vector<std::pair<std::string, std::string>> {
    if (++made == 3) throw std::runtime_error("the cookie jar is empty");
    return {{"Cookie", "visit=" + std::to_string(made)}};
  };
  const auto source = login(options);
  ASSERT_TRUE(fetch(source));
  ASSERT_TRUE(fetch(source));
  EXPECT_EQ(fetch(source).error().message, "login: make_headers threw: the cookie jar is empty");
  const auto requests = door_->requests();
  EXPECT_THAT(requests[0].head, HasSubstr("X-App: tests\r\nCookie: visit=1\r\n"));
  EXPECT_THAT(requests[1].head, HasSubstr("X-App: tests\r\nCookie: visit=2\r\n"));
}

TEST_F(Login, RefusesAUrlThatIsNone) {
  auto options = alice(keyring_);
  for (const auto& [url, words] : {std::pair<std::string, std::string>{"", "login: url: not an absolute URL"},
                                   {"ws://127.0.0.1", "login: url: expected http or https"},
                                   {"http://127.0.0.1/?a=b", "login: url: expected no query"}}) {
    options.url = url;
    const Error error = fetch(login(options)).error();
    EXPECT_EQ(error.code, Errc::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr(words));
  }
}

TEST_F(Login, MayBeDroppedWhileItWaits) {
  door_->hold();
  std::atomic<bool> answered{false};
  {
    const auto source = login(alice(keyring_));
    source({}, [&answered](const Result<std::string>&) { answered = true; });
    ASSERT_TRUE(door_->wait_for(1));
  }
  door_->release();
  // The second login of the store comes behind whatever the first one still does.
  EXPECT_TRUE(fetch(login(alice(keyring_))));
  EXPECT_FALSE(answered);
  EXPECT_EQ(logins(), 1u);
}

TEST_F(Login, WaitsForItsStoreWhenItIsDropped) {
  const auto store = std::make_shared<SlowKeyring>();
  auto source = login(alice(store));
  source({}, [](const Result<std::string>&) {});
  ASSERT_EQ(store->begun.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  auto was_saved = std::async(std::launch::async, [store, source = std::exchange(source, nullptr)]() mutable {
    source = nullptr;
    return store->is_saved.load();
  });
  EXPECT_EQ(was_saved.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  store->may_end.set_value();
  EXPECT_TRUE(was_saved.get());
}

// The server has exchanged the session: what the store keeps is worth nothing ten seconds later.
TEST_F(Login, SavesTheSessionOfAnExchangeThatNobodyWaitsFor) {
  ASSERT_TRUE(fetch(login(alice(keyring_))));
  const auto old = keyring_->kept();
  door_->hold();
  std::atomic<bool> answered{false};
  int made = 0;  // on the login's thread
  {
    auto options = alice(keyring_, "");
    options.make_headers = [&made]() -> std::vector<std::pair<std::string, std::string>> {
      return {{"Cookie", "visit=" + std::to_string(++made)}};
    };
    const auto source = login(options);
    door_->lose_next();
    source({}, [&answered](const Result<std::string>&) { answered = true; });
    ASSERT_TRUE(door_->wait_for(2));
  }
  EXPECT_EQ(made, 1);
  door_->release();
  ASSERT_TRUE(keyring_->wait_for_other_than(old));
  EXPECT_EQ(made, 1) << "nothing of the application but its store is called any more";
  ASSERT_EQ(exchanges(), 2u);
  EXPECT_THAT(door_->requests()[2].head, HasSubstr("Cookie: visit=1\r\n"));

  restart();
  for (int i = 0; i < 2; ++i) {
    const auto outcome = fetch(login(alice(keyring_, "")));
    EXPECT_TRUE(outcome) << outcome.error().to_string();
  }
  EXPECT_FALSE(answered);
  EXPECT_EQ(logins(), 1u);
}

TEST_F(Login, IsTakenUpByTheNextOneWhileItsExchangeGoesOn) {
  ASSERT_TRUE(fetch(login(alice(keyring_))));
  door_->hold();
  {
    const auto source = login(alice(keyring_, ""));
    source({}, [](const Result<std::string>&) {});
    ASSERT_TRUE(door_->wait_for(2));
  }
  const auto next = login(alice(keyring_, ""));
  auto token = begin_fetch(next);
  door_->release();
  const auto outcome = wait_for(std::move(token));
  EXPECT_TRUE(outcome) << outcome.error().to_string();
  EXPECT_EQ(exchanges(), 1u);
  EXPECT_TRUE(fetch(next));
}

TEST_F(Login, MayBeDroppedByItsReply) {
  door_->hold();
  auto source = std::make_shared<TokenSource>(login(alice(keyring_)));
  const auto dropped = std::make_shared<std::promise<Result<std::string>>>();
  (*source)({}, [held = source, dropped](const Result<std::string>& token) mutable {
    held.reset();
    dropped->set_value(token);
  });
  source.reset();
  door_->release();
  EXPECT_TRUE(wait_for(dropped->get_future()));
  EXPECT_TRUE(fetch(login(alice(keyring_, ""))));
}

TEST_F(Login, GivesALiveConnectionItsNextToken) {
  std::promise<void> refreshed;
  ClientOptions options;
  options.endpoint = Endpoint::service(start_chat());
  options.tokens = login(alice(keyring_));
  Client client(runtime_, std::move(options));
  const auto events = client.on_event([&refreshed, done = false](const Event& event) mutable {
    if (std::holds_alternative<TokenRefreshed>(event) && !std::exchange(done, true)) refreshed.set_value();
  });
  ASSERT_TRUE(client.async_connect(use_future).get());
  client.refresh_token_now();
  ASSERT_EQ(refreshed.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(client.status().state, ConnectionState::connected);
  EXPECT_EQ(logins(), 1u);
  EXPECT_GE(exchanges(), 1u);  // tokens of the same second are the same, and asked for again
  client.async_close(use_future).get().value();
}

}  // namespace
}  // namespace parley::support
