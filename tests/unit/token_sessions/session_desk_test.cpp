#include "token_server/sessions/session_desk.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"
#include "tests/support/temporary_file.hpp"
#include "token_server/sessions/session_database.hpp"

namespace parley::token_server {
namespace {

// What happens when the disk says no at the last moment.
class SessionDeskTest : public ::testing::Test {
 protected:
  SessionDeskTest() {
    auto database = std::move(open_session_database(file_.path()).value());
    database->on_commit([this] { return commits_work_; });
    desk_.emplace(SessionDesk::Parts{.database = std::move(database),
                                     .lives = {std::chrono::hours(10), std::chrono::hours(100)},
                                     .clock = system_clock(),
                                     .random = random_,
                                     .audit = nullptr});
  }
  Result<Session> begin() { return desk_->begin({"oidc:x", "alice", "alice", "main"}, kAddress); }

  const std::string kAddress = "192.0.2.1";
  testing::TemporaryFile file_;
  SecureRandom random_;
  bool commits_work_ = true;
  std::optional<SessionDesk> desk_;
};

TEST_F(SessionDeskTest, ATokenWhoseUseWasNotCommittedIsNotSpent) {
  const auto token = begin().value().refresh.text;
  commits_work_ = false;
  EXPECT_EQ(desk_->renew(token, kAddress).error().code, Errc::storage_error);
  commits_work_ = true;
  const auto next = desk_->renew(token, kAddress);
  ASSERT_TRUE(next);
  EXPECT_TRUE(desk_->renew(next->refresh.text, kAddress));
}

TEST_F(SessionDeskTest, NoSessionIsGivenThatWasNotCommitted) {
  commits_work_ = false;
  EXPECT_EQ(begin().error().code, Errc::storage_error);
  CheckedLogin login;
  login.user.emplace().name = "alice";
  login.right = true;
  EXPECT_EQ(desk_->finish_login(login).error().code, Errc::storage_error);
}

TEST_F(SessionDeskTest, AFamilyWhoseEndWasNotCommittedIsStillToEnd) {
  const auto token = begin().value().refresh.text;
  const auto next = desk_->renew(token, kAddress).value().refresh.text;
  commits_work_ = false;
  EXPECT_EQ(desk_->renew(token, "198.51.100.1").error().code, Errc::storage_error);
  EXPECT_EQ(desk_->revoke(next, kAddress).error().code, Errc::storage_error);
  commits_work_ = true;
  EXPECT_EQ(desk_->renew(token, "198.51.100.1").error().code, Errc::denied);
  EXPECT_EQ(desk_->renew(next, kAddress).error().code, Errc::denied);
}

TEST_F(SessionDeskTest, AfterAFailedWriteJustAWriteThatSucceedsMakesItWorkAgain) {
  desk_->probe();
  EXPECT_TRUE(desk_->works());
  commits_work_ = false;
  EXPECT_FALSE(begin());
  EXPECT_FALSE(desk_->works());
  desk_->probe();
  EXPECT_FALSE(desk_->works());
  EXPECT_EQ(desk_->renew("unknown", kAddress).error().code, Errc::storage_error);
  EXPECT_FALSE(desk_->works());
  commits_work_ = true;
  desk_->probe();
  EXPECT_TRUE(desk_->works());
}

TEST_F(SessionDeskTest, ItDoesNotWorkWhileAnotherProcessKeepsTheDatabaseLocked) {
  auto other = std::move(storage::Database::open({.path = file_.path()}).value());
  auto impatient = std::move(
      storage::Database::open({.path = file_.path(), .busy_timeout = std::chrono::milliseconds(1)}).value());
  SessionDesk desk({.database = std::move(impatient),
                    .lives = {std::chrono::hours(10), std::chrono::hours(100)},
                    .clock = system_clock(),
                    .random = random_,
                    .audit = nullptr,
                    .path = file_.path()});
  desk.probe();
  EXPECT_TRUE(desk.works());
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  desk.probe();
  EXPECT_FALSE(desk.works());
  ASSERT_TRUE(other->run("ROLLBACK"));
  desk.probe();
  EXPECT_TRUE(desk.works());
}

TEST_F(SessionDeskTest, ALoginEndsInARefusalIfTheUserChangedDuringTheCheck) {
  auto database = std::move(open_session_database(file_.path()).value());
  Users users(*database);
  users.add({.name = "alice", .identity = "alice", .password = "old", .created_at = {}});
  const CheckedLogin login{.login = {"alice", "x", "main", kAddress},
                           .user = users.find("alice"),
                           .right = true,
                           .new_record = "again"};
  users.set_password("alice", "new");
  EXPECT_EQ(desk_->finish_login(login).error().code, Errc::denied);
  EXPECT_EQ(users.find("alice")->password, "new");
}

}  // namespace
}  // namespace parley::token_server
