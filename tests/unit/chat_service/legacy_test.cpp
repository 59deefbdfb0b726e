#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

// What only twilio-chat 6.0.0 asks for. Its invitations and public channels have tests of their own.
class LegacyClient : public InARoom {
 protected:
  TestClient::Reply users(const http::Fields& params) { return alice_.get(alice_.link("users"), params); }
};

TEST_F(LegacyClient, ListsTheUsersOfAChannel) {
  for (const char* identity : {"bob", "carol", "dave"}) alice_.add(room_, identity);
  alice_.post(participants(), {{"messaging_binding", {{"address", "+15550002"}}}});
  const std::string sid = room_["sid"];
  const auto first = users({{"ConversationSid", sid}, {"PageSize", "3"}});
  ASSERT_EQ(first.status, 200);
  ASSERT_EQ(first.body["users"].size(), 3u);
  const auto& bob = first.body["users"][1];
  EXPECT_EQ(bob["identity"], "bob");
  EXPECT_EQ(bob["friendly_name"], "bob");
  EXPECT_EQ(bob["attributes"], "{}");
  EXPECT_EQ(bob["is_online"], true);
  EXPECT_EQ(bob["is_notifiable"], false);
  EXPECT_EQ(bob["sync_unique_name"], bob_.sync_name("my_user_info"));
  EXPECT_TRUE(first.body["meta"].at("prev_token").is_null());
  const std::string next = first.body["meta"]["next_token"];
  const auto second = users({{"ConversationSid", sid}, {"PageSize", "3"}, {"PageToken", next}});
  ASSERT_EQ(second.body["users"].size(), 1u) << "those who do not chat are no users";
  EXPECT_EQ(second.body["users"][0]["identity"], "dave");
  EXPECT_TRUE(second.body["meta"]["next_token"].is_null());
  const std::string back = second.body["meta"]["prev_token"];
  EXPECT_EQ(users({{"ConversationSid", sid}, {"PageSize", "3"}, {"PageToken", back}}).body["users"],
            first.body["users"]);
}

TEST_F(LegacyClient, ListsNobodyOfAForeignChannel) {
  EXPECT_EQ(bob_.get(bob_.link("users"), {{"ConversationSid", room_["sid"].get<std::string>()}}).code(),
            50430);
  EXPECT_EQ(users({}).code(), 20001);
  EXPECT_EQ(users({{"ConversationSid", "CH" + std::string(32, '0')}}).code(), 50350);
}

TEST_F(LegacyClient, SaysConsumedWhereTheOtherSaysRead) {
  alice_.say(room_, "0");
  alice_.say(room_, "1");
  const std::string mine = alice_.link("my_conversations") + "/" + room_["sid"].get<std::string>();
  const auto moved = alice_.post(mine, {{"last_consumed_message_index", 0}});
  ASSERT_EQ(moved.status, 200);
  EXPECT_EQ(moved.body["last_consumed_message_index"], 0);
  EXPECT_EQ(moved.body["last_read_message_index"], 0);
  EXPECT_EQ(moved.body["unread_messages_count"], 1);
  EXPECT_TRUE(
      alice_.post(mine, {{"last_consumed_message_index", nullptr}}).body["unread_messages_count"].is_null());
}

TEST_F(LegacyClient, LeavesIdentitiesInPathsAsTheyAre) {
  for (const std::string identity : {"bob smith", "Zażółć gęślą", "日本 語", "a+b@c.d", "x'\"<>"}) {
    SCOPED_TRACE(identity);
    alice_.add(room_, identity);
    EXPECT_EQ(alice_.get(participants() + "/" + identity).body["identity"], identity);
    EXPECT_EQ(alice_.get(alice_.link("users") + "/" + identity).body["identity"], identity);
    EXPECT_EQ(alice_.remove(participants() + "/" + identity).status, 204);
  }
}

TEST_F(LegacyClient, ListsWhatItCreatedWithoutJoining) {
  const auto legacy = [&](TestClient& client) -> std::string {
    return client.get("/Client/v1/Configuration").body["links"]["my_conversations"];
  };
  std::vector<std::string> wanted{room_["sid"]};
  for (int i = 0; i < 5; ++i) wanted.push_back((i % 2 ? alice_.make_room() : alice_.create({}))["sid"]);
  auto room = bob_.make_room();
  bob_.post(room["links"]["invites"].get<std::string>(), {{"identity", "alice"}});
  wanted.push_back(room["sid"]);

  std::vector<std::string> got, status;
  http::Fields params{{"PageSize", "2"}};
  std::vector<json::Value> pages;
  for (bool more = true; more;) {
    pages.push_back(alice_.get(legacy(alice_), params).body);
    for (const auto& one : pages.back()["conversations"]) {
      got.push_back(one["sid"]);
      status.push_back(one["status"]);
    }
    const auto& next = pages.back()["meta"]["next_token"];
    more = next.is_string();
    if (more) params = {{"PageSize", "2"}, {"PageToken", next.get<std::string>()}};
  }
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(status, (std::vector<std::string>{"joined", "notParticipating", "joined", "notParticipating",
                                              "joined", "notParticipating", "invited"}));
  const std::string back = pages[2]["meta"]["previous_token"];
  EXPECT_EQ(alice_.get(legacy(alice_), {{"PageSize", "2"}, {"PageToken", back}}).body["conversations"],
            pages[1]["conversations"]);
  EXPECT_EQ(alice_.get(alice_.link("my_conversations")).body["conversations"].size(), 4u)
      << "a newer client would take it for a conversation of its own";
}

TEST_F(LegacyClient, FindsAChannelByNameOrSidAndReadsItsType) {
  const auto open = alice_.create({{"unique_name", "the name"}, {"type", "public"}});
  const std::string by_name = bob_.link("conversations") + "/the%20name";
  EXPECT_EQ(bob_.get(by_name).body["sid"], open["sid"]);
  EXPECT_EQ(bob_.get(by_name).body["type"], "public");
  EXPECT_EQ(bob_.get(open["url"].get<std::string>()).body["links"]["invites"],
            open["url"].get<std::string>() + "/Invites");
  const auto document =
      bob_.get("/v3/Documents/" + open["sync_objects"]["conversation"].get<std::string>()).body;
  EXPECT_EQ(document["data"]["type"], "public");
}

}  // namespace
}  // namespace parley::chat_service
