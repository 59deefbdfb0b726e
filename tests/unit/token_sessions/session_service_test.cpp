#include "token_server/sessions/session_service.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/base/redact.hpp"
#include "tests/unit/token_sessions/session_fixture.hpp"

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

/// No file grows while it lives.
class FullDisk {
 public:
  FullDisk() : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit nothing{1, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &nothing);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

class SessionServiceTest : public SessionTest {
 protected:
  /// As if `alice` had got her password in times of a lower cost.
  void make_outdated(const std::string& password) {
    SecureRandom random;
    const auto record = Passwords(random, scrypt_.function(), {.log2_n = 12}).make_record(password).value();
    auto database = std::move(storage::Database::open({.path = file_.path()}).value());
    database->run("UPDATE users SET password = ? WHERE name = 'alice'", record);
  }
  /// Health after a new look.
  bool look_again() {
    clock_.advance(2s);
    service_->healthy();
    renew("").error();  // what it asked is answered by now
    return service_->healthy();
  }
  std::string cost_of_alice() { return admin_->list().value()[0].password.substr(0, 12); }
};

TEST_F(SessionServiceTest, LogsInWithNameAndPassword) {
  const auto session = log_in("alice", "correct horse").value();
  EXPECT_EQ(session.subject.entry, "users");
  EXPECT_EQ(session.subject.name, "alice");
  EXPECT_EQ(session.subject.identity, "alice in chat");
  EXPECT_EQ(session.subject.account, "main");
  EXPECT_EQ(session.refresh.text.size(), 43u);
  EXPECT_EQ(session.refresh.expires_at, clock_.wall_now() + 14 * 24h);
  EXPECT_TRUE(renew(session.refresh.text));
}

TEST_F(SessionServiceTest, ChecksAPasswordWithoutASession) {
  const auto session = check_password("alice", "correct horse").value();
  EXPECT_EQ(session.subject.identity, "alice in chat");
  EXPECT_TRUE(session.refresh.text.empty());
  EXPECT_EQ(check_password("alice", "wrong").error().code, Errc::denied);
}

TEST_F(SessionServiceTest, EveryRefusalOfALoginIsTheSame) {
  admin_->add("bob", "bob", "correct horse").value();
  admin_->disable("bob").value();
  struct Case {
    const char* name;
    std::string user;
    std::string password;
    int scrypt_calls;
  };
  const Case cases[] = {
      {"wrong password", "alice", "correct house", 1},
      {"unknown user", "carol", "correct horse", 1},
      {"disabled user", "bob", "correct horse", 1},
      {"disabled user, wrong password", "bob", "correct house", 1},
      // Nobody has such a name or password, so it gives nothing away to be quick.
      {"reserved name", "system", "correct horse", 0},
      {"no name", "", "correct horse", 0},
      {"name with a control character", "alice\n", "correct horse", 0},
      {"no password", "alice", "", 0},
      {"no password, unknown user", "carol", "", 0},
      {"long password", "alice", std::string(1025, 'x'), 0},
      {"password that is no text", "alice", "\xff", 0},
  };
  const auto expected = log_in("alice", "x", "203.0.113.1").error();
  EXPECT_EQ(expected.code, Errc::denied);
  int address = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    start();  // forgets the failures
    const int before = scrypt_.calls();
    const auto session = log_in(c.user, c.password, "192.0.2." + std::to_string(++address));
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().to_string(), expected.to_string());
    EXPECT_EQ(scrypt_.calls() - before, c.scrypt_calls);
  }
}

TEST_F(SessionServiceTest, ARightPasswordTakesOneScryptToo) {
  const int before = scrypt_.calls();
  ASSERT_TRUE(log_in("alice", "correct horse"));
  EXPECT_EQ(scrypt_.calls() - before, 1);
}

TEST_F(SessionServiceTest, AnOutdatedRecordIsMadeAnewAtLogin) {
  make_outdated("correct horse");
  EXPECT_FALSE(log_in("alice", "wrong"));
  EXPECT_EQ(cost_of_alice(), "scrypt$ln=12");
  const auto session = log_in("alice", "correct horse").value();
  EXPECT_EQ(cost_of_alice(), "scrypt$ln=15");
  EXPECT_TRUE(log_in("alice", "correct horse"));
  EXPECT_TRUE(renew(session.refresh.text)) << "it is not a change of the password";
}

TEST_F(SessionServiceTest, GuessingHasToWait) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(log_in("alice", "wrong").error().code, Errc::denied);
  const int before = scrypt_.calls();
  const auto refused = log_in("alice", "correct horse", "198.51.100.1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_many_requests);
  EXPECT_EQ(refused.error().retry_after, 1000ms);
  EXPECT_EQ(scrypt_.calls(), before);
  const auto unknown = [&] {
    for (int i = 0; i < 5; ++i) log_in("nobody", "wrong", "198.51.100.2").error();
    return log_in("nobody", "wrong", "198.51.100.2").error();
  }();
  EXPECT_EQ(unknown.to_string(), refused.error().to_string()) << "the wait does not tell who exists";
  clock_.advance(1s);
  EXPECT_TRUE(log_in("alice", "correct horse"));
}

TEST_F(SessionServiceTest, ASuccessIsNoGuess) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(log_in("alice", "correct horse")) << i;
  for (int i = 0; i < 3; ++i) {
    for (int n = 0; n < 4; ++n) EXPECT_EQ(log_in("alice", "wrong").error().code, Errc::denied);
    ASSERT_TRUE(log_in("alice", "correct horse")) << "it forgets the failures before";
  }
}

TEST_F(SessionServiceTest, ALoginThatFailedForAnotherReasonCountsNothing) {
  scrypt_.set_broken(true);
  for (int i = 0; i < 30; ++i) ASSERT_EQ(log_in("alice", "correct horse").error().code, Errc::server_error);
  scrypt_.set_broken(false);
  EXPECT_TRUE(log_in("alice", "correct horse"));
}

TEST_F(SessionServiceTest, ADisabledUserIsOutAtOnce) {
  const auto session = log_in("alice", "correct horse").value();
  admin_->disable("alice").value();
  EXPECT_EQ(renew(session.refresh.text).error().code, Errc::denied);
  EXPECT_EQ(log_in("alice", "correct horse").error().code, Errc::denied);
  admin_->enable("alice").value();
  EXPECT_EQ(renew(session.refresh.text).error().code, Errc::denied) << "sessions do not come back";
  EXPECT_TRUE(log_in("alice", "correct horse"));
}

TEST_F(SessionServiceTest, AUserThatIsDisabledBehindItsBackIsOutToo) {
  const auto session = log_in("alice", "correct horse").value();
  auto database = std::move(storage::Database::open({.path = file_.path()}).value());
  database->run("UPDATE users SET disabled = 1");
  EXPECT_EQ(renew(session.refresh.text).error().code, Errc::denied);
  database->run("UPDATE users SET disabled = 0");
  EXPECT_EQ(renew(session.refresh.text).error().code, Errc::denied) << "the session has ended";
}

TEST_F(SessionServiceTest, ANewPasswordEndsTheSessions) {
  const auto session = log_in("alice", "correct horse").value();
  const auto other = begin("alice").value();
  admin_->set_password("alice", "battery staple").value();
  EXPECT_EQ(renew(session.refresh.text).error().code, Errc::denied);
  EXPECT_TRUE(renew(other.refresh.text)) << "another authority's alice is somebody else";
  EXPECT_FALSE(log_in("alice", "correct horse"));
  EXPECT_TRUE(log_in("alice", "battery staple"));
}

TEST_F(SessionServiceTest, BeginsASessionForWhomAnotherAuthorityHasProven) {
  const auto session = begin("sub-1").value();
  EXPECT_EQ(session.subject.entry, "oidc:x");
  const auto renewed = renew(session.refresh.text).value();
  EXPECT_EQ(renewed.subject.identity, "sub-1@chat");
  EXPECT_NE(renewed.refresh.text, session.refresh.text);
}

TEST_F(SessionServiceTest, EveryRefusalOfATokenIsTheSame) {
  const auto spent = log_in("alice", "correct horse").value().refresh.text;
  const auto second = renew(spent).value().refresh.text;
  ASSERT_TRUE(renew(second));
  const auto expired = begin("bob").value().refresh.text;
  const auto revoked = begin("bob").value().refresh.text;
  ASSERT_TRUE(revoke(revoked));
  const auto reused = renew(spent);
  clock_.advance(15 * 24h);
  for (const auto& refused : {reused, renew("unknown"), renew(expired), renew(revoked), renew(second)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::denied);
    EXPECT_EQ(refused.error().to_string(), reused.error().to_string());
  }
}

TEST_F(SessionServiceTest, RevokingATokenThatNobodyKnowsIsASuccess) {
  EXPECT_TRUE(revoke("nobody knows it"));
  EXPECT_TRUE(revoke(""));
}

TEST_F(SessionServiceTest, EverythingSurvivesARestart) {
  const auto spent = log_in("alice", "correct horse").value().refresh.text;
  const auto given = renew(spent).value().refresh.text;
  const auto other = begin("bob").value().refresh.text;
  start();
  EXPECT_EQ(renew(spent).value().refresh.text, given) << "also an answer that was lost in the restart";
  const auto next = renew(given).value().refresh.text;
  start();
  EXPECT_EQ(renew(given, "198.51.100.1").error().code, Errc::denied) << "reuse is known after a restart";
  EXPECT_EQ(renew(next).error().code, Errc::denied);
  EXPECT_TRUE(renew(other));
}

TEST_F(SessionServiceTest, TheDatabaseIsItsOwnersOnly) {
  namespace fs = std::filesystem;
  const auto path = file_.directory() / "some" / "where" / "x.db";
  const auto service = SessionService::open({.database = path}, clock_, nullptr);
  ASSERT_TRUE(service);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  for (const auto& entry : fs::directory_iterator(path.parent_path()))
    EXPECT_EQ(fs::status(entry).permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry;
}

// Root adds a user before a server with another user has run.
TEST_F(SessionServiceTest, ADatabaseThatRootMakesIsTheDirectorysOwners) {
  if (::geteuid() != 0) GTEST_SKIP() << "it takes root";
  const auto directory = file_.directory() / "state";
  std::filesystem::create_directory(directory);
  ASSERT_EQ(::chown(directory.c_str(), 12345, 23456), 0);
  const auto admin =
      std::move(UserAdmin::open(directory / "x.db", clock_, nullptr, scrypt_.function()).value());
  admin->add("bob", "bob", "long enough").value();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 12345u) << entry;
    ++files;
  }
  EXPECT_EQ(files, 3) << "the write-ahead log, too, and its index";
}

TEST_F(SessionServiceTest, RefusesWhatIsNoDatabase) {
  std::ofstream(file_.directory() / "text") << std::string(4096, 'x');
  for (const auto& path : {(file_.directory() / "text").string(), std::string("/proc/no/such")})
    EXPECT_EQ(SessionService::open({.database = path}, clock_, nullptr).error().code, Errc::storage_error);
}

TEST_F(SessionServiceTest, WorksWithoutAnAuditLog) {
  const auto service = std::move(
      SessionService::open({.database = file_.path(), .scrypt = scrypt_.function()}, clock_, nullptr)
          .value());
  EXPECT_TRUE(wait_for<Session>([&](auto done) {
    service->log_in({"alice", "correct horse", "main", "192.0.2.1"}, done);
  }));
}

TEST_F(SessionServiceTest, WritesDownWhatIsWorthIt) {
  const auto begun = audit_events().size();
  const auto session = log_in("alice", "correct horse").value();
  log_in("alice", "wrong").error();
  log_in("nobody@example.com", "wrong").error();
  check_password("alice", "correct horse").value();
  const auto next = renew(session.refresh.text).value();
  renew("unknown").error();
  renew(session.refresh.text, "198.51.100.1").error();
  revoke(begin("bob@example.com").value().refresh.text).value();
  revoke("unknown").value();
  auto events = audit_events();
  events.erase(events.begin(), events.begin() + static_cast<long>(begun));
  EXPECT_EQ(events, (Events{"login ok", "session_begun ok", "login failed", "login failed", "login ok",
                            "refresh_reused session ended", "session_begun ok", "session_revoked ok"}));
  EXPECT_TRUE(verify_audit_log(audit_path()));
}

TEST_F(SessionServiceTest, AWaitIsWrittenDownOnce) {
  for (int i = 0; i < 5; ++i) log_in("alice", "wrong").error();
  const auto before = audit_events().size();
  for (int i = 0; i < 10; ++i) log_in("alice", "wrong").error();
  ASSERT_EQ(audit_events().size(), before + 1);
  EXPECT_EQ(audit_events().back(), "login locked");
}

TEST_F(SessionServiceTest, NoNamePasswordOrTokenIsWrittenDown) {
  const auto session = log_in("alice", "correct horse").value();
  log_in("alice", "wrong password").error();
  log_in("unknown@example.com", "wrong password").error();
  const auto next = renew(session.refresh.text).value();
  renew(session.refresh.text, "198.51.100.1").error();
  const auto text = audit_text();
  for (const std::string& secret :
       {std::string("alice"), std::string("correct horse"), std::string("wrong password"),
        std::string("unknown"), redact_identity("unknown@example.com"), session.refresh.text,
        next.refresh.text})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  EXPECT_NE(text.find(redact_identity("alice")), std::string::npos);
}

TEST_F(SessionServiceTest, IsHealthyWhileItsFilesAre) {
  EXPECT_TRUE(look_again());
  auto other = std::move(storage::Database::open({.path = file_.path()}).value());
  other->run_script("ALTER TABLE families RENAME TO gone");
  EXPECT_FALSE(look_again());
  other->run_script("ALTER TABLE gone RENAME TO families");
  EXPECT_TRUE(look_again());
}

TEST_F(SessionServiceTest, AnAuditLogThatFailsShowsInItsHealth) {
  EXPECT_TRUE(service_->healthy());
  std::filesystem::resize_file(audit_path(), 0);
  EXPECT_TRUE(log_in("alice", "correct horse")) << "people can work";
  EXPECT_FALSE(service_->healthy());
}

TEST_F(SessionServiceTest, NoticesAMovedAuditLogThoughNobodyLogsIn) {
  EXPECT_TRUE(look_again());
  std::filesystem::rename(audit_path(), audit_path() + ".away");
  EXPECT_FALSE(look_again());
  std::filesystem::rename(audit_path() + ".away", audit_path());
  EXPECT_TRUE(look_again());
  EXPECT_EQ(audit_events().back(), "user_added ok") << "looking writes nothing";
}

TEST_F(SessionServiceTest, IsNotHealthyOnAFullDisk) {
  EXPECT_TRUE(look_again());
  std::optional<FullDisk> full(std::in_place);
  const auto refused = log_in("alice", "correct horse");
  const bool after_the_login = service_->healthy();
  const bool later = look_again();
  full.reset();
  EXPECT_EQ(refused.error().code, Errc::storage_error);
  EXPECT_FALSE(after_the_login);
  EXPECT_FALSE(later) << "that nothing was tried meanwhile does not make it good";
  EXPECT_TRUE(look_again());
  EXPECT_TRUE(log_in("alice", "correct horse"));
}

TEST_F(SessionServiceTest, IsNotHealthyWithoutItsFileAndTellsItOnce) {
  namespace fs = std::filesystem;
  std::vector<std::string> told;
  service_ =
      std::move(SessionService::open({.database = file_.path(),
                                      .scrypt = scrypt_.function(),
                                      .warn = [&](const std::string& words) { told.push_back(words); }},
                                     clock_, audit_.get())
                    .value());
  EXPECT_TRUE(look_again());
  fs::rename(file_.path(), file_.path() + ".away");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(look_again());
  std::ofstream(file_.path()) << "";
  EXPECT_FALSE(look_again()) << "another file is there";
  fs::rename(file_.path() + ".away", file_.path());
  EXPECT_TRUE(look_again());
  service_.reset();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0], "the storage of sessions fails: " + file_.path() +
                         ": was moved or deleted: restart or put it back");
  EXPECT_EQ(told[1], "the storage of sessions works again");
}

TEST_F(SessionServiceTest, IsHealthyInMemory) {
  const auto service = std::move(
      SessionService::open({.database = ":memory:", .scrypt = scrypt_.function()}, clock_, nullptr).value());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(service->healthy());
    wait_for<Session>([&](auto done) { service->renew("", "192.0.2.1", done); }).error();
    clock_.advance(2s);
  }
}

TEST_F(SessionServiceTest, LostAuditLinesAreCountedInTheLogAndToldOnce) {
  namespace fs = std::filesystem;
  std::vector<std::string> told;
  service_ =
      std::move(SessionService::open({.database = file_.path(),
                                      .scrypt = scrypt_.function(),
                                      .warn = [&](const std::string& words) { told.push_back(words); }},
                                     clock_, audit_.get())
                    .value());
  fs::rename(audit_path(), audit_path() + ".away");
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(log_in("alice", "correct horse")) << "people can work";
  EXPECT_FALSE(look_again());
  EXPECT_FALSE(fs::exists(audit_path()));
  fs::rename(audit_path() + ".away", audit_path());
  EXPECT_TRUE(look_again()) << "also if nobody logs in";
  EXPECT_EQ(audit_events().back(), "lines_lost 4");
  EXPECT_TRUE(verify_audit_log(audit_path()));
  service_.reset();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].find("the audit log of sessions fails: " + audit_path() + ": was moved"), 0u) << told[0];
  EXPECT_EQ(told[1], "the audit log of sessions works again");
}

TEST_F(SessionServiceTest, WhatWaitedTooLongIsRefusedAndNotDone) {
  const auto token = begin("bob").value().refresh.text;
  std::promise<void> reached, go_on;
  service_->renew("x", "192.0.2.1", [&](const Result<Session>&) {
    reached.set_value();
    go_on.get_future().wait();
  });
  reached.get_future().wait();
  std::promise<Errc> renewed, logged_in;
  service_->renew(token, "192.0.2.1",
                  [&](Result<Session> session) { renewed.set_value(session.error().code); });
  service_->log_in({"alice", "correct horse", "main", "192.0.2.1"},
                   [&](Result<Session> session) { logged_in.set_value(session.error().code); });
  const int before = scrypt_.calls();
  clock_.advance(11s);
  go_on.set_value();
  EXPECT_EQ(renewed.get_future().get(), Errc::too_many_requests);
  EXPECT_EQ(logged_in.get_future().get(), Errc::too_many_requests);
  EXPECT_EQ(scrypt_.calls(), before);
  EXPECT_TRUE(renew(token, "198.51.100.1")) << "it was not spent";
  EXPECT_TRUE(log_in("alice", "correct horse"));
}

TEST_F(SessionServiceTest, ADatabaseErrorIsNotADenial) {
  auto other = std::move(storage::Database::open({.path = file_.path()}).value());
  const auto token = begin("bob").value().refresh.text;
  other->run_script("ALTER TABLE refresh_tokens RENAME TO gone");
  EXPECT_EQ(renew(token).error().code, Errc::storage_error);
  EXPECT_EQ(begin("bob").error().code, Errc::storage_error);
  EXPECT_EQ(revoke(token).error().code, Errc::storage_error);
  other->run_script("ALTER TABLE gone RENAME TO refresh_tokens");
  EXPECT_TRUE(renew(token));
}

}  // namespace
}  // namespace parley::token_server
