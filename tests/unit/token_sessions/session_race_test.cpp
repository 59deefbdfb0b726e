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
  EXPECT_EQ(refused_logins, 100 - 64);
  EXPECT_EQ(refused, 2000 - (1024 - 64));
  go_on.set_value();
  renew("x").error();
  while (answered < 1024) std::this_thread::yield();  // logins go through the other thread, too
  EXPECT_EQ(answered, 1024);
  EXPECT_EQ(log_in("alice", "correct horse").has_value(), true) << "the seats are free again";
}

}  // namespace
}  // namespace parley::token_server
