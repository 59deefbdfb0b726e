#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

// What clients do all day: every statement of it is then known to the database.
void use_everything(CoreDriver& driver) {
  TestClient alice(driver, "alice"), bob(driver, "bob");
  const auto room = alice.make_room({{"unique_name", "general"}, {"type", "public"}});
  const std::string sid = room["sid"];
  const std::string mine = alice.link("my_conversations");
  alice.add(room, "bob");
  const auto list = bob.watch(ObjectType::list, sid + ".messages");
  bob.watch(ObjectType::map, sid + ".roster");
  bob.watch(ObjectType::document, sid + ".channel");
  const auto said = alice.post(room["links"]["messages"].get<std::string>(), {{"body", "0"}},
                               {{"X-Twilio-Mutation-Id", "m"}});
  const auto removed = alice.say(room, "1").body["url"].get<std::string>();
  alice.post(said.body["url"].get<std::string>(), {{"body", "changed"}});
  alice.get(said.body["url"].get<std::string>());
  alice.remove(removed);
  alice.get(mine);
  alice.get(alice.link("conversations"));
  alice.get(alice.link("conversations") + "/general");
  alice.post(mine + "/" + sid, {{"last_read_message_index", 0}});
  alice.get(mine + "/" + sid);
  alice.post(room["url"].get<std::string>(), {{"friendly_name", "General"}});
  for (const char* order : {"asc", "desc"}) {
    const std::string items = list["links"]["items"];
    alice.get(items, {{"order", order}});
    alice.get(items, {{"order", order}, {"from", "0"}});
  }
  alice.subscribe({{list["sid"], ObjectType::list, 0}});
  http::Request typing;
  typing.method = "POST";
  typing.path = alice.link("typing").substr(std::string("http://chat.test:4010").size());
  typing.body = "ChannelSid=" + sid;
  alice.request(typing);
  alice.post(alice.link("users") + "/alice", {{"friendly_name", "Alice"}});
  alice.get(alice.link("users") + "/bob");
  const std::string blocks = alice.link("users") + "/alice/Blocks";
  alice.post(blocks, {{"identity", "bob"}});
  alice.get(blocks);
  alice.remove(blocks + "/bob");
  alice.make_room({{"unique_name", "alice#bob"}});
  alice.remove(room["links"]["participants"].get<std::string>() + "/bob");
  alice.remove(alice.make_room()["url"].get<std::string>());
}

/// The steps of the plan that would take longer the more rows there are. "mine" is a page, limited within.
std::vector<std::string> slow_steps(storage::Database& database, std::string_view explained) {
  const bool is_page =
      explained.find(" LIMIT ") != explained.npos && explained.find(") mine ") == explained.npos;
  std::vector<std::string> steps;
  auto row = database.query(explained);
  while (row.next()) {
    const std::string step = row.text(3);
    const bool scan = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW" && step != "SCAN mine";
    if (scan || (is_page && step.starts_with("USE TEMP B-TREE"))) steps.push_back(step);
  }
  return steps;
}

// Latency must not grow with the number of messages, channels or users: everything finds its rows by an
// index.
TEST(QueryPlans, NoStatementOfAClientScansATable) {
  CoreDriver driver({.database = ":memory:"});
  use_everything(driver);
  driver.advance(std::chrono::minutes(5));
  static std::deque<std::string> kept;  // the database keeps references to its statements
  int looked_at = 0;
  for (const std::string& sql : driver.database().statements()) {
    if (!sql.starts_with("SELECT") && !sql.starts_with("UPDATE") && !sql.starts_with("DELETE")) continue;
    ++looked_at;
    const std::string& explained = kept.emplace_back("EXPLAIN QUERY PLAN " + sql);
    EXPECT_THAT(slow_steps(driver.database(), explained), ::testing::IsEmpty()) << sql;
  }
  EXPECT_GT(looked_at, 25);
}

TEST(QueryPlans, NeitherDoesTheSearchForASharedConversation) {
  auto tenant = testing::test_tenant();
  tenant.who_may_add = AddRule::shared_conversation;
  CoreDriver driver({.tenants = {tenant}});
  TestClient alice(driver, "alice"), bob(driver, "bob");
  alice.post(alice.make_room()["links"]["participants"].get<std::string>(), {{"identity", "bob"}});
  static std::string explained;
  for (const std::string& sql : driver.database().statements())
    if (sql.starts_with("SELECT EXISTS(SELECT 1 FROM (SELECT")) explained = "EXPLAIN QUERY PLAN " + sql;
  ASSERT_FALSE(explained.empty());
  EXPECT_THAT(slow_steps(driver.database(), explained), ::testing::IsEmpty());
}

// A step of upkeep reads as many conversations as it may, of its tenant alone.
TEST(QueryPlans, OldMessagesAreLookedForByTenant) {
  auto tenant = testing::test_tenant();
  tenant.keep_messages = std::chrono::hours(24);
  CoreDriver driver({.tenants = {tenant}});
  use_everything(driver);
  driver.advance(std::chrono::minutes(5));
  static std::string explained;
  for (const std::string& sql : driver.database().statements())
    if (sql.starts_with("SELECT c.id, (SELECT m.date_created ")) explained = "EXPLAIN QUERY PLAN " + sql;
  ASSERT_FALSE(explained.empty());
  EXPECT_THAT(slow_steps(driver.database(), explained), ::testing::IsEmpty());
  auto step = driver.database().query(explained);
  ASSERT_TRUE(step.next());
  EXPECT_THAT(step.text(3), ::testing::HasSubstr("conversations_by_service (service_sid=? AND rowid>?)"));
}

}  // namespace
}  // namespace parley::chat_service
