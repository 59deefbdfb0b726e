#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class Invitations : public InARoom {
 protected:
  std::string invites() const { return room_["links"]["invites"]; }
  TestClient::Reply invite(const std::string& identity) {
    return alice_.post(invites(), {{"identity", identity}});
  }
  json::Value bobs_list() { return bob_.get(bob_.link("my_conversations")).body["conversations"]; }
};

TEST_F(Invitations, AppearInTheListOfTheInvited) {
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  bob_.take_notes();
  const auto reply = invite("bob");
  ASSERT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body["identity"], "bob");
  EXPECT_EQ(reply.body["created_by"], "alice");
  EXPECT_TRUE(reply.body["sid"].get<std::string>().starts_with("IN"));
  EXPECT_EQ(alice_.get(reply.body["url"].get<std::string>()).body, reply.body);
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::item_added);
  EXPECT_EQ(events[0].item_key, room_["sid"]);
  EXPECT_EQ(json::parse(events[0].data)->at("status"), "invited");
  ASSERT_EQ(bobs_list().size(), 1u) << "a client that starts later reads the list only";
  EXPECT_EQ(bobs_list()[0]["status"], "invited");
  EXPECT_TRUE(bobs_list()[0]["participant_sid"].is_null());
}

TEST_F(Invitations, TheInvitedLookInsideButTakeNoPart) {
  alice_.say(room_, "welcome");
  invite("bob");
  EXPECT_EQ(bob_.get(url()).body["status"], "invited");
  EXPECT_EQ(bob_.get("/v3/Documents/" + object("conversation")).status, 200);
  EXPECT_EQ(bob_.get("/v3/Maps/" + object("participants")).status, 200);
  EXPECT_EQ(bob_.get("/v3/Lists/" + object("messages")).status, 200);
  EXPECT_EQ(bob_.say(room_, "x").code(), 50430);
  EXPECT_EQ(bob_.post(url(), {{"friendly_name", "x"}}).code(), 50430);
  EXPECT_EQ(bob_.post(participants(), {{"identity", "carol"}}).code(), 50430);
  EXPECT_EQ(bob_.post(invites(), {{"identity", "carol"}}).code(), 50430);
  EXPECT_EQ(alice_.get(url()).body["participants_count"], 1);
}

TEST_F(Invitations, JoiningEndsThem) {
  invite("bob");
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  bob_.take_notes();
  bob_.join(room_);
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::item_updated);
  EXPECT_EQ(json::parse(events[0].data)->at("status"), "joined");
  EXPECT_EQ(bobs_list().size(), 1u);
  EXPECT_EQ(bob_.get(invites() + "/bob").code(), 50432);
  bob_.remove(participants() + "/bob");
  EXPECT_EQ(bob_.get(url()).code(), 50430) << "whoever left is not invited any more";
  EXPECT_TRUE(bobs_list().empty());
}

TEST_F(Invitations, DecliningTakesTheEntryThenTheRights) {
  invite("bob");
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  bob_.watch(ObjectType::list, object("messages"));
  bob_.take_notes();
  EXPECT_EQ(bob_.remove(invites() + "/bob").status, 204);
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::item_removed);
  alice_.say(room_, "behind bob's back");
  EXPECT_TRUE(bob_.take_events().empty());
  EXPECT_EQ(bob_.get(url()).code(), 50430);
  EXPECT_EQ(bob_.remove(invites() + "/bob").code(), 50430);
  EXPECT_EQ(invite("bob").status, 201) << "again";
}

TEST_F(Invitations, AreWithdrawnByTheirMakerAndTheCreator) {
  alice_.add(room_, "bob");
  alice_.add(room_, "carol");
  TestClient carol(driver_, "carol");
  bob_.post(invites(), {{"identity", "dave"}});
  EXPECT_EQ(carol.remove(invites() + "/dave").code(), 50107);
  EXPECT_EQ(bob_.remove(invites() + "/dave").status, 204);
  bob_.post(invites(), {{"identity", "dave"}});
  EXPECT_EQ(alice_.remove(invites() + "/dave").status, 204);
  EXPECT_EQ(alice_.remove(invites() + "/dave").code(), 50432);
}

TEST_F(Invitations, OfParticipantsAreRefusedAndRepeatedOnesChangeNothing) {
  EXPECT_EQ(invite("alice").code(), 50433);
  invite("bob");
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  bob_.take_notes();
  EXPECT_EQ(invite("bob").status, 201);
  EXPECT_TRUE(bob_.take_events().empty());
  EXPECT_EQ(alice_.post(invites(), json::Value::object()).code(), 20001);
  EXPECT_EQ(alice_.post(invites(), {{"identity", "a\nb"}}).code(), 20001);
}

TEST_F(Invitations, StrangersInviteNobody) {
  EXPECT_EQ(bob_.post(invites(), {{"identity", "bob"}}).code(), 50430);
  const auto open = alice_.make_room({{"type", "public"}});
  EXPECT_EQ(bob_.post(open["links"]["invites"].get<std::string>(), {{"identity", "bob"}}).code(), 50430);
}

TEST_F(Invitations, EndWithTheConversation) {
  invite("bob");
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  bob_.watch(ObjectType::document, object("conversation"));
  bob_.take_notes();
  EXPECT_EQ(alice_.remove(url()).status, 204);
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u) << "the entry goes, and with it the right to see more";
  EXPECT_EQ(events[0].change, Change::item_removed);
  EXPECT_TRUE(bobs_list().empty());
}

TEST_F(Invitations, OfAnIdentityNeverSeenWait) {
  invite("not here yet");
  TestClient later(driver_, "not here yet");
  const auto list = later.get(later.link("my_conversations")).body["conversations"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["status"], "invited");
}

TEST_F(Invitations, MixWithConversationsOverPages) {
  std::vector<std::string> expected, listed, back;
  for (int i = 0; i < 7; ++i) {
    const auto room = alice_.make_room();
    expected.push_back(room["sid"]);
    if (i % 2 == 0)
      alice_.post(room["links"]["invites"].get<std::string>(), {{"identity", "bob"}});
    else
      alice_.add(room, "bob");
  }
  http::Fields params = {{"PageSize", "3"}};
  json::Value meta;
  for (int page = 0; page < 3; ++page) {
    const auto reply = bob_.get(bob_.link("my_conversations"), params);
    for (const auto& one : reply.body["conversations"]) listed.push_back(one["conversation_sid"]);
    meta = reply.body["meta"];
    EXPECT_EQ(meta["next_token"].is_null(), page == 2);
    EXPECT_EQ(meta["previous_token"].is_null(), page == 0);
    if (page < 2) params = {{"PageSize", "3"}, {"PageToken", meta["next_token"].get<std::string>()}};
  }
  EXPECT_EQ(listed, expected);
  const auto before = bob_.get(bob_.link("my_conversations"),
                               {{"PageSize", "3"}, {"PageToken", meta["previous_token"].get<std::string>()}});
  for (const auto& one : before.body["conversations"]) back.push_back(one["conversation_sid"]);
  EXPECT_EQ(back, std::vector<std::string>(expected.begin() + 3, expected.begin() + 6));
  EXPECT_FALSE(before.body["meta"]["next_token"].is_null());
  EXPECT_FALSE(before.body["meta"]["previous_token"].is_null());
}

}  // namespace
}  // namespace parley::chat_service
