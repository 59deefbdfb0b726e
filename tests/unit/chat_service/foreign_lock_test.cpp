#include <gtest/gtest.h>

#include "common/storage/database.hpp"
#include "common/storage/transaction.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service {
namespace {

using testing::CoreDriver;
using testing::TestClient;

constexpr const char* kAdminRole = "RL0000000000000000000000000000000a";

Tenant tenant_with_role() {
  Tenant tenant = testing::test_tenant();
  tenant.admin_role_sids = {kAdminRole};
  return tenant;
}

/// A service on a file that another program may write as well.
class ForeignLock : public ::testing::Test {
 protected:
  storage::Database& other() { return *other_; }
  std::int64_t count(const char* sql) {
    auto row = other_->query(sql);
    return row.next() ? row.integer(0) : -1;
  }
  std::string online() {
    auto row = other_->query(
        "SELECT ifnull(group_concat(identity), '') FROM (SELECT identity FROM users WHERE online = 1 "
        "ORDER BY identity)");
    return row.next() ? row.text(0) : "?";
  }
  static void expect_busy(const TestClient::Reply& reply) {
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.code(), 20503);
    EXPECT_EQ(http::find_header(reply.headers, "Retry-After"), "1");
    EXPECT_TRUE(http::find_header(reply.headers, "twilio-request-id"));
  }

  std::vector<int> told_;  ///< for the metrics
  testing::TemporaryFile file_;
  CoreDriver driver_{{.tenants = {tenant_with_role()},
                      .database = file_.path(),
                      .on_answer = [this](std::string_view, int status) { told_.push_back(status); }}};
  std::unique_ptr<storage::Database> other_ = storage::Database::open({.path = file_.path()}).value();
};

TEST_F(ForeignLock, RequestsAreToldToTryAgainAndTheNextOnesAreServed) {
  TestClient alice(driver_, "alice");
  const auto room = alice.make_room();
  {
    const storage::Transaction held(other());
    told_.clear();
    expect_busy(alice.say(room, "lost"));
    expect_busy(alice.get(alice.link("my_conversations")));
    EXPECT_EQ(told_, std::vector({503, 503}));
    EXPECT_EQ(driver_.core().counters().failed_commits, 2u);
    EXPECT_TRUE(driver_.core().counters().last_commit_failed);
  }
  const auto said = alice.say(room, "kept");
  EXPECT_EQ(said.status, 201);
  EXPECT_EQ(said.body["index"], 0);
  EXPECT_FALSE(driver_.core().counters().last_commit_failed);
}

TEST_F(ForeignLock, AWholeBatchIsToldSo) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  driver_.flush_by_itself(false);
  http::Request request;
  request.path = "/Client/v2/Configuration";
  std::string first, second;
  {
    const storage::Transaction held(other());
    first = alice.send(request);
    second = bob.send(request);
    driver_.flush();
  }
  expect_busy(alice.reply(first).value());
  expect_busy(bob.reply(second).value());
}

TEST_F(ForeignLock, WhoWasHereBeforeARestartIsOfflineAfterItsFirstCommit) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  ASSERT_EQ(count("SELECT COUNT(*) FROM users WHERE online = 1"), 2);
  driver_.restart();
  {
    const storage::Transaction held(other());
    TestClient carol(driver_, "carol");
    expect_busy(carol.get("/Client/v2/Configuration"));
  }
  TestClient dave(driver_, "dave");
  EXPECT_EQ(online(), "carol,dave") << "and who came meanwhile is here";
}

TEST_F(ForeignLock, WhoCameOrWentMeanwhileIsShownSoAfterwards) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  {
    const storage::Transaction held(other());
    TestClient carol(driver_, "carol");
    alice.cut();
    driver_.advance(std::chrono::seconds(5));
    EXPECT_TRUE(driver_.core().counters().last_commit_failed);
  }
  driver_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(driver_.core().counters().last_commit_failed) << "it tried by itself";
  EXPECT_EQ(online(), "bob,carol");
}

TEST_F(ForeignLock, AnAdminWhoLosesTheRoleMeanwhileHasToComeBack) {
  TestClient alice(driver_, "alice"), deputy(driver_, "deputy", {.role_sid = kAdminRole});
  const auto room = alice.make_room();
  deputy.watch(sync::ObjectType::list, room["sync_objects"]["messages"]);
  {
    const storage::Transaction held(other());
    deputy.renew({});
  }
  ASSERT_TRUE(deputy.ended()) << "what it watches could not be looked at";
  EXPECT_EQ(deputy.ended()->server_code, 51231);
  deputy.take_notes();
  alice.say(room, "not for everybody");
  EXPECT_TRUE(deputy.take_events().empty());
}

}  // namespace
}  // namespace parley::chat_service
