#include <set>

#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class MyConversations : public TwoClients {
 protected:
  MyConversations() { alice_.add(room_, "bob"); }

  std::string mine() { return bob_.link("my_conversations") + "/" + room_["sid"].get<std::string>(); }
  TestClient::Reply read(const json::Value& index) {
    return bob_.post(mine(), {{"last_read_message_index", index}});
  }

  json::Value room_ = alice_.make_room({{"unique_name", "un / x"}});
};

TEST_F(MyConversations, AnEntryIsTheConversationAndWhatIsUnread) {
  alice_.say(room_, "1");
  const auto entry = bob_.get(mine()).body;
  EXPECT_EQ(entry["conversation_sid"], room_["sid"]);
  EXPECT_EQ(entry["status"], "joined");
  EXPECT_EQ(entry["notification_level"], "default");
  EXPECT_TRUE(entry["last_read_message_index"].is_null());
  EXPECT_TRUE(entry["unread_messages_count"].is_null()) << "never read";
  EXPECT_EQ(entry["url"], mine());
  EXPECT_EQ(entry["sync_objects"], room_["sync_objects"]);
}

TEST_F(MyConversations, APageIsCutByBytesToo) {
  const std::string attributes = json::dump(json::Value(std::string(16'000, ' ')));
  for (int i = 0; i < 40; ++i) {
    alice_.add(alice_.create({{"attributes", attributes}, {"type", "public"}}), "bob");
  }
  for (const std::string& list : {bob_.link("my_conversations"), bob_.link("conversations")}) {
    SCOPED_TRACE(list);
    std::set<std::string> seen;
    http::Fields params{{"PageSize", "100"}};
    int pages = 0;
    for (bool more = true; more; ++pages) {
      const auto page = bob_.get(list, params).body;
      EXPECT_LE(json::dump(page).size(), 600u * 1024);
      ASSERT_FALSE(page["conversations"].empty());
      for (const auto& one : page["conversations"]) EXPECT_TRUE(seen.insert(one["sid"]).second);
      more = page["meta"]["next_token"].is_string();
      if (more) params = {{"PageSize", "100"}, {"PageToken", page["meta"]["next_token"].get<std::string>()}};
    }
    EXPECT_GT(pages, 1);
    EXPECT_GE(seen.size(), 40u);
  }
}

TEST_F(MyConversations, ByUniqueNameAsAPathSegment) {
  EXPECT_EQ(bob_.get(bob_.link("my_conversations") + "/un%20%2F%20x").body["sid"], room_["sid"]);
  TestClient carol(driver_, "carol");
  EXPECT_EQ(carol.get(carol.link("my_conversations") + "/un%20%2F%20x").code(), 50350);
  EXPECT_EQ(bob_.get(bob_.link("my_conversations") + "/none").code(), 50350);
}

TEST_F(MyConversations, UnreadCountsFollowTheHorizonAndTheHoles) {
  std::vector<std::string> urls;
  for (int i = 0; i < 5; ++i) urls.push_back(alice_.say(room_, "x").body["url"]);
  struct Case {
    const char* name;
    json::Value set, index, unread;
  };
  const Case cases[] = {{"one", 1, 1, 3},
                        {"back", 0, 0, 4},
                        {"all", 4, 4, 0},
                        {"beyond the last", 99, 4, 0},
                        {"nothing", nullptr, nullptr, nullptr}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto reply = read(c.set);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body["last_read_message_index"], c.index);
    EXPECT_EQ(reply.body["last_consumed_message_index"], c.index);
    EXPECT_EQ(reply.body["unread_messages_count"], c.unread);
  }
  alice_.remove(urls[3]);
  EXPECT_EQ(read(1).body["unread_messages_count"], 2);
  EXPECT_EQ(read(3).body["unread_messages_count"], 1);
}

TEST_F(MyConversations, AHorizonWithoutMessagesIsNone) {
  const auto reply = read(7);
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body["last_read_message_index"].is_null());
}

TEST_F(MyConversations, EverybodySeesTheHorizonMove) {
  alice_.say(room_, "1");
  alice_.watch(ObjectType::map, room_["sync_objects"]["participants"]);
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  alice_.take_notes();
  bob_.take_notes();
  read(0);
  const auto roster = alice_.take_events();
  ASSERT_EQ(roster.size(), 1u);
  EXPECT_EQ(json::parse(roster[0].data)->at("lastConsumedMessageIndex"), 0);
  EXPECT_EQ(json::parse(roster[0].data)->at("lastConsumptionTimestamp"), "2026-11-20T12:00:00.000Z");
  const auto own = bob_.take_events();
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(json::parse(own[0].data)->at("lastConsumedMessageIndex"), 0);
  read(0);
  EXPECT_TRUE(alice_.take_events().empty()) << "nothing moved";
}

TEST_F(MyConversations, TheNotificationLevelIsTheUsersOwn) {
  alice_.watch(ObjectType::map, room_["sync_objects"]["participants"]);
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  alice_.take_notes();
  bob_.take_notes();
  EXPECT_EQ(bob_.post(mine(), {{"notification_level", "muted"}}).body["notification_level"], "muted");
  EXPECT_EQ(json::parse(bob_.take_events().at(0).data)->at("notificationLevel"), "muted");
  EXPECT_TRUE(alice_.take_events().empty());
  EXPECT_EQ(bob_.post(mine(), {{"notification_level", "loud"}}).code(), 20001);
  EXPECT_EQ(bob_.post(mine(), {{"last_read_message_index", -1}}).code(), 20001);
  EXPECT_EQ(bob_.post(mine(), {{"last_read_message_index", "1"}}).code(), 20001);
}

TEST_F(MyConversations, TheListHasPages) {
  for (int i = 0; i < 60; ++i) alice_.add(alice_.make_room(), "bob");
  const auto first = bob_.get(bob_.link("my_conversations")).body;
  EXPECT_EQ(first["conversations"].size(), 50u);
  const auto second =
      bob_.get(bob_.link("my_conversations"), {{"PageToken", first["meta"]["next_token"].get<std::string>()}})
          .body;
  EXPECT_EQ(second["conversations"].size(), 11u);
  EXPECT_TRUE(second["meta"]["next_token"].is_null());
}

TEST_F(MyConversations, SomebodyElsesListIsForbidden) {
  EXPECT_EQ(alice_.get(bob_.link("my_conversations")).code(), 50107);
  EXPECT_EQ(alice_.get(mine()).code(), 50107);
  EXPECT_EQ(alice_.post(mine(), {{"notification_level", "muted"}}).code(), 50107);
}

}  // namespace
}  // namespace parley::chat_service
