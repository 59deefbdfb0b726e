#include <latch>
#include <set>
#include <thread>

#include "tests/unit/token_sessions/session_fixture.hpp"

// Many at the same time: threads on one service, and two processes' worth of connections on one file.
namespace parley::token_server {
namespace {

constexpr int kThreads = 32;

class SessionRace : public SessionTest {
 protected:
  /// Runs `work(i)` on many threads that start together; gives their results.
  template <class Work>
  auto together(Work work) {
    using Answer = decltype(work(0));
    std::vector<std::optional<Answer>> answers(kThreads);
    std::latch start(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        answers[static_cast<std::size_t>(i)] = work(i);
      });
    for (auto& thread : threads) thread.join();
    return answers;
  }
};

TEST_F(SessionRace, OneTokenShownByManyThreadsOfOneAddressBuysOneSuccessor) {
  const auto token = begin("alice").value().refresh.text;
  std::set<std::string> successors;
  for (const auto& answer : together([&](int) { return renew(token); }))
    successors.insert(answer->value().refresh.text);
  ASSERT_EQ(successors.size(), 1u);
  EXPECT_TRUE(renew(*successors.begin()));
}

TEST_F(SessionRace, OneTokenShownFromTwoAddressesEndsTheFamily) {
  const auto token = begin("alice").value().refresh.text;
  const auto answers = together([&](int i) { return renew(token, i % 2 ? "192.0.2.1" : "198.51.100.1"); });
  std::set<std::string> successors;
  for (const auto& answer : answers)
    if (*answer) successors.insert((*answer)->refresh.text);
  ASSERT_EQ(successors.size(), 1u) << "whoever came first";
  EXPECT_EQ(renew(*successors.begin()).error().code, Errc::denied);
  int reused = 0;
  for (const auto& event : audit_events()) reused += event == "refresh_reused session ended" ? 1 : 0;
  EXPECT_EQ(reused, 1);
}

TEST_F(SessionRace, GuessesAtTheSameTimeAreAllCounted) {
  int denied = 0, refused = 0;
  for (const auto& answer :
       together([&](int i) { return log_in("alice", "wrong", "192.0.2." + std::to_string(i)); }))
    (answer->error().code == Errc::denied ? denied : refused)++;
  EXPECT_EQ(denied, 5);
  EXPECT_EQ(refused, kThreads - 5);
}

TEST_F(SessionRace, TwoServicesOnOneFileKeepTheRules) {
  const auto other = std::move(
      SessionService::open({.database = file_.path(), .scrypt = scrypt_.function()}, clock_, nullptr)
          .value());
  const auto token = begin("alice").value().refresh.text;
  std::set<std::string> successors;
  for (const auto& answer : together([&](int i) {
         return wait_for<Session>(
             [&](auto done) { (i % 2 ? *service_ : *other).renew(token, "192.0.2.1", done); });
       }))
    successors.insert(answer->value().refresh.text);
  EXPECT_EQ(successors.size(), 1u);
}

TEST_F(SessionRace, TheOperatorWorksWhileTheServerRuns) {
  const auto done = together([&](int i) -> Result<void> {
    const std::string name = "user " + std::to_string(i);
    if (i % 4 == 0) {
      auto admin = UserAdmin::open(file_.path(), clock_, audit_.get(), scrypt_.function());
      if (!admin) return admin.error();
      if (auto added = (*admin)->add(name, name, "long enough"); !added) return added;
      return (*admin)->disable(name);
    }
    auto session = begin(name);
    for (int n = 0; n < 5 && session; ++n) session = renew(session->refresh.text);
    if (!session) return session.error();
    return {};
  });
  for (const auto& one : done) EXPECT_TRUE(*one) << one->error().to_string();
  EXPECT_EQ(admin_->list().value().size(), 1u + kThreads / 4);
  EXPECT_TRUE(verify_audit_log(audit_path()));
}

TEST_F(SessionRace, SeveralMayMakeTheDatabaseAtOnce) {
  for (int round = 0; round < 5; ++round) {
    const auto path = file_.directory() / std::to_string(round) / "new.db";
    const auto opened = together([&](int) { return UserAdmin::open(path, clock_, nullptr); });
    for (const auto& one : opened) EXPECT_TRUE(*one) << one->error().message;
  }
}

TEST_F(SessionRace, ItMayEndWithWorkWaiting) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> calls = 0;
    const auto held = std::make_shared<int>(1);
    for (int i = 0; i < 40; ++i) {
      service_->log_in({"alice", "correct horse", "main", "192.0.2.1"},
                       [&calls, held](const Result<Session>&) { ++calls; });
      service_->renew("x", "192.0.2.1", [&calls, held](const Result<Session>&) { ++calls; });
    }
    service_.reset();
    EXPECT_LE(calls, 80);
    EXPECT_EQ(held.use_count(), 1) << "completions that never ran are gone";
    start();
  }
}

TEST_F(SessionRace, TooMuchWaitingIsRefusedInsideTheCall) {
  // The storing thread stands still in a completion, so everything else waits.
  std::promise<void> reached, go_on;
  service_->renew("x", "192.0.2.1", [&](const Result<Session>&) {
    reached.set_value();
    go_on.get_future().wait();
  });
  reached.get_future().wait();
  const auto caller = std::this_thread::get_id();
  std::atomic<int> refused_logins = 0, refused = 0, answered = 0;
  for (int i = 0; i < 100; ++i)
    service_->log_in({"user " + std::to_string(i), "some password", "main", "192.0.2." + std::to_string(i)},
                     [&](const Result<Session>& session) {
                       if (std::this_thread::get_id() != caller) return void(++answered);
                       EXPECT_EQ(session.error().code, Errc::too_many_requests);
                       EXPECT_TRUE(session.error().retry_after);
                       ++refused_logins;
                     });
  for (int i = 0; i < 2000; ++i)
    service_->renew("x", "192.0.2.1", [&](const Result<Session>& session) {
      if (std::this_thread::get_id() != caller) return void(++answered);
      EXPECT_EQ(session.error().code, Errc::too_many_requests);
      ++refused;
    });
  constexpr int kOfANetwork = 512;
  EXPECT_EQ(refused_logins, 0) << "the address that asks most is the one that is refused";
  EXPECT_EQ(refused, 2000 - (kOfANetwork - 100));
  go_on.set_value();
  renew("x").error();
  while (answered < kOfANetwork) std::this_thread::yield();  // logins go through the other thread, too
  EXPECT_EQ(answered, kOfANetwork);
  EXPECT_EQ(log_in("alice", "correct horse").has_value(), true) << "the seats are free again";
}

/// scrypt that stands still until it is opened.
class HeldScrypt {
 public:
  Scrypt function() {
    return [this](std::string_view password, std::string_view salt, ScryptCost cost, std::size_t bytes) {
      if (!std::exchange(at_work_, true)) reached_.set_value();
      opened_.wait();
      return counted_.function()(password, salt, cost, bytes);
    };
  }
  void open() { promise_.set_value(); }
  /// Until somebody's password is being checked.
  void wait_until_at_work() { reached_.get_future().wait(); }

 private:
  CountedScrypt counted_;
  bool at_work_ = false;  // one thread checks passwords
  std::promise<void> promise_, reached_;
  std::shared_future<void> opened_ = promise_.get_future().share();
};

class LoginQueue : public SessionTest {
 protected:
  LoginQueue() {
    service_ = std::move(
        SessionService::open({.database = file_.path(), .scrypt = held_.function()}, clock_, audit_.get())
            .value());
  }

  void log_in_later(const std::string& name, const std::string& password, const std::string& address) {
    service_->log_in({name, password, "main", address}, [this, name](const Result<Session>& session) {
      const std::lock_guard lock(mutex_);
      if (!session && session.error().code == Errc::too_many_requests)
        ++refused_;
      else
        order_.push_back(name + (session ? " is in" : " is denied"));
    });
  }
  std::size_t refused() {
    const std::lock_guard lock(mutex_);
    return refused_;
  }
  std::vector<std::string> order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

  HeldScrypt held_;
  std::mutex mutex_;
  std::vector<std::string> order_;
  std::size_t refused_ = 0;
};

TEST_F(LoginQueue, AFloodOfUnknownNamesKeepsNobodyOut) {
  constexpr int kAttackers = 90, kGuesses = 8;
  constexpr std::size_t kAnswered = 512 + 1;  // those that wait, and the one at work
  const auto attacker = [](int i) { return "10.0." + std::to_string(i) + ".1"; };
  log_in_later("nobody", "a guess", attacker(kAttackers));
  held_.wait_until_at_work();  // it has left the queue: from here on exactly 512 wait
  for (int n = 0; n < kGuesses; ++n)
    for (int i = 0; i < kAttackers; ++i)
      log_in_later("nobody " + std::to_string(n * kAttackers + i), "a guess", attacker(i));
  log_in_later("alice", "correct horse", "198.51.100.7");
  // What one address asks is done in order: so all of them wait for their password's check now.
  for (int i = 0; i < kAttackers; ++i) EXPECT_FALSE(renew("x", attacker(i)));
  EXPECT_FALSE(renew("x", "198.51.100.7"));
  held_.open();
  constexpr std::size_t kRefused = 1 + kAttackers * kGuesses + 1 - kAnswered;
  while (order().size() < kAnswered || refused() < kRefused) std::this_thread::yield();
  const auto answers = order();
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "alice is in"), 1);
  EXPECT_EQ(answers.size(), kAnswered);
  EXPECT_EQ(refused(), kRefused);
}

// Who measures how long an answer takes while others wait must not learn which names exist.
TEST_F(LoginQueue, TheOrderOfAnswersDoesNotDependOnWhichNamesExist) {
  admin_->add("bob", "bob", "battery staple").value();
  admin_->add("carol", "carol", "battery staple").value();
  admin_->disable("carol").value();
  const std::vector<std::string> names = {"nobody 1", "alice", "nobody 2", "nobody 3", "bob",   "carol",
                                          "nobody 4", "bob",   "carol",    "nobody 5", "alice", "nobody 6"};
  for (const auto& name : names) log_in_later(name, "a guess", "192.0.2.9");
  held_.open();
  while (order().size() < names.size()) std::this_thread::yield();
  std::vector<std::string> expected;
  for (const auto& name : names) expected.push_back(name + " is denied");
  EXPECT_EQ(order(), expected);
  EXPECT_EQ(refused(), 0u);
}

TEST_F(LoginQueue, WhoHasProvenWhoTheyAreHasAShareOfItsOwn) {
  held_.open();
  ASSERT_TRUE(wait_for<Session>([&](auto done) {
    service_->begin({"oidc:x", "sub", "sub@chat", "main"}, "203.0.113.4", done);
  }));
  std::promise<void> reached, go_on;
  service_->renew("x", "192.0.2.1", [&](const Result<Session>&) {
    reached.set_value();
    go_on.get_future().wait();
  });
  reached.get_future().wait();
  for (int i = 0; i < 1024; ++i)
    service_->renew("x", "10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1",
                    [](const Result<Session>&) {});
  std::promise<Errc> stranger, neighbour;
  service_->renew("x", "198.51.100.1",
                  [&](const auto& session) { stranger.set_value(session.error().code); });
  service_->renew("x", "203.0.113.5",
                  [&](const auto& session) { neighbour.set_value(session.error().code); });
  EXPECT_EQ(stranger.get_future().get(), Errc::too_many_requests) << "refused inside the call";
  go_on.set_value();
  EXPECT_EQ(neighbour.get_future().get(), Errc::denied) << "it was tried";
}

}  // namespace
}  // namespace parley::token_server
