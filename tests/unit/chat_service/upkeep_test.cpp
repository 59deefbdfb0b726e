#include <gtest/gtest.h>

#include <algorithm>

#include "chat_service/src/store/tables.hpp"
#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

constexpr auto kDay = std::chrono::hours(24);

std::vector<Tenant> keeping(std::chrono::hours age) {
  Tenant tenant = testing::test_tenant();
  tenant.keep_messages = age;
  return {tenant};
}

std::int64_t count(CoreDriver& driver, const char* sql) {
  auto row = driver.database().query(sql);
  return row.next() ? row.integer(0) : -1;
}

std::string messages_of(const json::Value& room) { return room["sync_objects"]["messages"]; }

TEST(Upkeep, MutationIdsAreKeptForTwoDaysAndThenForgotten) {
  CoreDriver driver;
  constexpr const char* kCount = "SELECT COUNT(*) FROM mutations";
  {
    TestClient alice(driver, "alice");
    for (int i = 0; i < 450; ++i)
      alice.post(alice.link("conversations"), json::Value::object(),
                 {{"X-Twilio-Mutation-Id", "m" + std::to_string(i)}});
  }
  EXPECT_EQ(count(driver, kCount), 450);
  driver.advance(47h);
  EXPECT_EQ(count(driver, kCount), 450);
  driver.advance(3h);
  EXPECT_EQ(count(driver, kCount), 0) << "more than one step's rows";
}

TEST(Upkeep, RemovalsAreKeptForThirtyDays) {
  testing::TemporaryFile file;
  CoreDriver driver({.database = file.path()});
  json::Value room;
  std::string list;
  {
    TestClient alice(driver, "alice");
    room = alice.make_room();
    list = alice.get("/v3/Lists/" + messages_of(room)).body["sid"];
    for (const char* text : {"0", "1", "2"}) alice.say(room, text);
    const auto removed = alice.say(room, "3").body;
    alice.remove(removed["url"].get<std::string>());
  }
  const auto events_for = [&](std::int64_t position) {
    TestClient alice(driver, "alice");
    alice.subscribe({{list, ObjectType::list, position}});
    std::vector<std::pair<std::string, std::string>> events;
    for (const auto& event : alice.take_events())
      events.emplace_back(event.item_key, event.change == sync::Change::item_removed ? "removed" : "added");
    return events;
  };
  using Events = std::vector<std::pair<std::string, std::string>>;
  driver.advance(29 * kDay);
  EXPECT_EQ(events_for(2), (Events{{"3", "removed"}}));
  driver.advance(2 * kDay);
  EXPECT_EQ(count(driver, "SELECT COUNT(*) FROM sync_items WHERE removed = 1"), 0);
  driver.restart();
  EXPECT_EQ(events_for(2), (Events{{"0", "added"}, {"1", "added"}, {"2", "added"}})) << "too old: everything";
  EXPECT_EQ(events_for(4), (Events{})) << "has seen the removal";
}

// The position of a client never goes back, so it asks from the same one again after each part.
TEST(Upkeep, AReplayOfEverythingComesInPartsAndEnds) {
  CoreDriver driver;
  std::string list;
  {
    TestClient alice(driver, "alice");
    const auto room = alice.make_room();
    list = alice.get("/v3/Lists/" + messages_of(room)).body["sid"];
    for (int i = 0; i < 1200; ++i) alice.say(room, "x");
    alice.remove(alice.say(room, "y").body["url"].get<std::string>());
    alice.say(room, "z");
  }
  driver.advance(31 * kDay);
  TestClient alice(driver, "alice");
  std::vector<std::string> keys;
  int rounds = 0;
  for (bool interrupted = true; interrupted && rounds < 10; ++rounds) {
    alice.subscribe({{list, ObjectType::list, 1100}});
    for (const auto& note : alice.take_notes()) {
      for (const auto& event : note.envelope.events) keys.push_back(event.item_key);
      for (const auto& outcome : note.envelope.outcomes) interrupted = outcome.interrupted;
    }
  }
  EXPECT_EQ(rounds, 3);
  ASSERT_EQ(keys.size(), 1201u);
  EXPECT_EQ(keys.front(), "0");
  EXPECT_EQ(keys.back(), "1201");
}

TEST(Upkeep, ARejoinedChannelIsNotTakenAwayByAnOldRemoval) {
  CoreDriver driver;
  json::Value room;
  {
    TestClient alice(driver, "alice"), bob(driver, "bob");
    room = alice.make_room();
    alice.add(room, "bob");
    alice.remove(room["links"]["participants"].get<std::string>() + "/bob");
    driver.advance(20 * kDay);
  }
  TestClient alice(driver, "alice");
  alice.add(room, "bob");
  driver.advance(15 * kDay);
  TestClient bob(driver, "bob");
  EXPECT_EQ(bob.get(bob.link("my_conversations")).body["conversations"].size(), 1u);
}

TEST(Upkeep, OldMessagesGoWhereTheTenantWishesIt) {
  CoreDriver driver({.tenants = keeping(10 * kDay)});
  json::Value room, quiet;
  {
    TestClient alice(driver, "alice");
    room = alice.make_room();
    quiet = alice.make_room();
    for (int i = 0; i < 120; ++i) alice.say(room, "old");
    alice.say(quiet, "old and the only one");
    alice.post(alice.link("my_conversations") + "/" + room["sid"].get<std::string>(),
               {{"last_read_message_index", 3}});
  }
  driver.advance(6 * kDay);
  {
    TestClient alice(driver, "alice");
    for (int i = 0; i < 5; ++i) alice.say(room, "young");
  }
  driver.advance(3 * kDay);
  EXPECT_EQ(count(driver, "SELECT COUNT(*) FROM messages"), 126);
  driver.advance(2 * kDay);
  EXPECT_EQ(count(driver, "SELECT COUNT(*) FROM messages"), 5);

  TestClient alice(driver, "alice");
  const auto entry = [&](const json::Value& of) {
    return alice.get(alice.link("my_conversations") + "/" + of["sid"].get<std::string>()).body;
  };
  EXPECT_EQ(entry(room)["messages_count"], 5);
  EXPECT_EQ(entry(room)["unread_messages_count"], 5);
  EXPECT_EQ(entry(quiet)["messages_count"], 0);
  const auto document =
      alice.get("/v3/Documents/" + quiet["sync_objects"]["conversation"].get<std::string>());
  EXPECT_TRUE(document.body["data"]["lastMessage"].is_null());
  EXPECT_EQ(alice.say(room, "next").body["index"], 125) << "an index is never used again";
  EXPECT_EQ(alice.say(quiet, "next").body["index"], 1);
  EXPECT_EQ(count(driver,
                  "SELECT COUNT(*) FROM conversations c WHERE c.next_index != "
                  "(SELECT COUNT(*) FROM messages WHERE conversation_id = c.id) + "
                  "(SELECT COUNT(*) FROM message_holes WHERE conversation_id = c.id)"),
            0);
}

TEST(Upkeep, WhoWatchesSeesOldMessagesGo) {
  CoreDriver driver({.tenants = keeping(std::chrono::hours(2))});
  json::Value room;
  TestClient(driver, "alice").make_room({{"unique_name", "general"}});
  driver.advance(1min);
  {
    TestClient alice(driver, "alice");
    room = alice.get(alice.link("conversations") + "/general").body;
    alice.say(room, "0");
  }
  driver.advance(150min);
  TestClient alice(driver, "alice");
  alice.watch(ObjectType::list, messages_of(room));
  alice.take_notes();
  for (auto time = 0s; time < 40min; time += 15s) {
    driver.advance(15s);
    alice.take_others();  // answers the pings
  }
  const auto events = alice.take_events();
  EXPECT_EQ(std::count_if(events.begin(), events.end(),
                          [](const auto& event) { return event.change == sync::Change::item_removed; }),
            1);
}

TEST(Upkeep, ARoundLooksAtTheConversationsOfTheTenantsThatWishItAlone) {
  auto tenants = keeping(10 * kDay);
  tenants.push_back(testing::test_tenant());
  tenants.back().service_sid = "IS00000000000000000000000000000077";
  CoreDriver driver({.tenants = tenants});
  {
    TestClient alice(driver, "alice"), other(driver, "alice", {.service_sid = tenants.back().service_sid});
    alice.say(alice.make_room(), "one of three rooms");
    alice.make_room();
    for (int i = 0; i < 450; ++i) other.create({});
    alice.make_room();
  }
  driver.advance(30min);
  int steps = 0;
  driver.database().on_commit([&] {
    ++steps;
    return true;
  });
  driver.advance(1h);
  EXPECT_EQ(steps, 3) << "messages, removals, repeated writes";
}

class JumpingClock : public ::testing::Test {
 protected:
  JumpingClock() {
    TestClient alice(driver_, "alice");
    alice.post(alice.link("conversations"), json::Value::object(), {{"X-Twilio-Mutation-Id", "m"}});
    alice.say(alice.make_room(), "young");
    driver_.advance(1h);
  }
  std::int64_t kept() {
    return count(driver_, "SELECT (SELECT COUNT(*) FROM messages) + COUNT(*) FROM mutations");
  }

  testing::TemporaryFile file_;
  CoreDriver driver_{{.tenants = keeping(10 * kDay), .database = file_.path()}};
};

TEST_F(JumpingClock, RemovesNothing) {
  driver_.set_clock_ahead(365 * kDay);
  driver_.advance(24h);
  EXPECT_EQ(kept(), 2);
  EXPECT_GT(driver_.core().counters().clock_ahead_seconds, 364u * 86'400);
}

TEST_F(JumpingClock, IsRememberedOverARestart) {
  driver_.set_clock_ahead(365 * kDay);
  driver_.restart();
  driver_.advance(5h);
  EXPECT_EQ(kept(), 2);
  driver_.set_clock_ahead(-365 * kDay);
  driver_.advance(11 * kDay);
  EXPECT_EQ(kept(), 0) << "what is really old goes";
  EXPECT_EQ(driver_.core().counters().clock_ahead_seconds, 0u);
}

TEST_F(JumpingClock, IsFollowedWhenAnOperatorAcceptsIt) {
  driver_.set_clock_ahead(365 * kDay);
  driver_.advance(2h);
  MetaTable(driver_.database()).set_latest_time(to_millis(driver_.wall_now()));
  driver_.advance(2h);
  EXPECT_EQ(kept(), 0);
  EXPECT_EQ(driver_.core().counters().clock_ahead_seconds, 0u);
}

TEST(Upkeep, WithoutTheWishMessagesStay) {
  CoreDriver driver;
  {
    TestClient alice(driver, "alice");
    alice.say(alice.make_room(), "0");
  }
  driver.advance(400 * kDay);
  EXPECT_EQ(count(driver, "SELECT COUNT(*) FROM messages"), 1);
}

TEST(Upkeep, WhoeverTidiesFilesIsTold) {
  int told = 0;
  CoreDriver driver({.on_tidy = [&] { ++told; }});
  driver.advance(1min);
  EXPECT_EQ(told, 1) << "once after the start";
  driver.advance(std::chrono::hours(24));
  EXPECT_GE(told, 24);
  EXPECT_LE(told, 25);
}

}  // namespace
}  // namespace parley::chat_service
