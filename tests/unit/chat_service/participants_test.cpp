#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class Participants : public InARoom {
 protected:
  std::string url() const { return participants(); }
};

TEST_F(Participants, AddingShowsTheCapturedMembers) {
  const auto reply = alice_.post(url(), {{"identity", "bob"}, {"attributes", R"({"hat":"red"})"}});
  ASSERT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body["identity"], "bob");
  EXPECT_EQ(reply.body["attributes"], R"({"hat":"red"})");
  EXPECT_EQ(reply.body["conversation_sid"], room_["sid"]);
  EXPECT_TRUE(reply.body["role_sid"].get<std::string>().starts_with("RL"));
  EXPECT_TRUE(reply.body["messaging_binding"].is_null());
  const std::string sid = reply.body["sid"];
  EXPECT_EQ(reply.body["url"], url() + "/" + sid);
  EXPECT_EQ(bob_.get(url() + "/" + sid).body, reply.body);
  EXPECT_EQ(bob_.get(url() + "/bob").body, reply.body) << "by identity too";
  EXPECT_EQ(alice_.get(room_["url"].get<std::string>()).body["participants_count"], 2);
}

TEST_F(Participants, TheRosterComesBeforeTheOwnList) {
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  alice_.watch(ObjectType::map, room_["sync_objects"]["participants"]);
  bob_.take_notes();
  alice_.take_notes();
  alice_.add(room_, "bob");
  const auto roster = alice_.take_events();
  ASSERT_EQ(roster.size(), 1u);
  EXPECT_EQ(roster[0].change, Change::item_added);
  const auto member = json::parse(roster[0].data).value();
  EXPECT_EQ(member["identity"], "bob");
  EXPECT_EQ(member["type"], "chat");
  EXPECT_EQ(member["userInfo"], bob_.sync_name("my_user_info"));
  EXPECT_TRUE(member["lastConsumedMessageIndex"].is_null());
  const auto own = bob_.take_events();
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].change, Change::item_added);
  EXPECT_EQ(own[0].item_key, room_["sid"]);
  EXPECT_EQ(json::parse(own[0].data)->at("status"), "joined");
  EXPECT_FALSE(json::parse(own[0].data)->contains("friendlyName")) << "it would hide the document's";
}

TEST_F(Participants, NobodyIsInTwice) {
  alice_.add(room_, "bob");
  EXPECT_EQ(alice_.post(url(), {{"identity", "bob"}}).code(), 50433);
  EXPECT_EQ(bob_.post(url(), {{"identity", "bob"}}).code(), 50433);
}

TEST_F(Participants, AnIdentityNeverSeenBecomesAUser) {
  alice_.add(room_, "not here yet");
  TestClient later(driver_, "not here yet");
  const auto list = later.get(later.link("my_conversations")).body["conversations"];
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["conversation_sid"], room_["sid"]);
}

TEST_F(Participants, StrangersNeitherJoinNorAddNorLook) {
  EXPECT_EQ(bob_.post(url(), {{"identity", "bob"}}).code(), 50430);
  EXPECT_EQ(bob_.post(url(), {{"identity", "carol"}}).code(), 50430);
  EXPECT_EQ(bob_.get(url() + "/alice").code(), 50430);
  EXPECT_EQ(bob_.remove(url() + "/alice").code(), 50430);
}

TEST_F(Participants, MembersLeaveAndTheCreatorRemoves) {
  alice_.add(room_, "bob");
  alice_.add(room_, "carol");
  EXPECT_EQ(bob_.remove(url() + "/carol").code(), 50107);
  EXPECT_EQ(alice_.remove(url() + "/carol").status, 204);
  EXPECT_EQ(alice_.remove(url() + "/carol").code(), 50432);
  EXPECT_EQ(bob_.remove(url() + "/bob").status, 204);
  EXPECT_EQ(bob_.get(room_["url"].get<std::string>()).code(), 50430);
  EXPECT_EQ(alice_.get(room_["url"].get<std::string>()).body["participants_count"], 1);
}

TEST_F(Participants, ACreatorWhoLeftMayComeBack) {
  EXPECT_EQ(alice_.remove(url() + "/alice").status, 204);
  EXPECT_EQ(alice_.get(room_["url"].get<std::string>()).body["status"], "notParticipating");
  alice_.join(room_);
  EXPECT_EQ(alice_.get(room_["url"].get<std::string>()).body["status"], "joined");
}

TEST_F(Participants, AttributesAreChangedByOneselfAndTheCreator) {
  alice_.add(room_, "bob");
  alice_.add(room_, "carol");
  TestClient carol(driver_, "carol");
  const std::string bob = url() + "/" + bob_.get(url() + "/bob").body["sid"].get<std::string>();
  EXPECT_EQ(bob_.post(bob, {{"attributes", R"({"mood":"ok"})"}}).body["attributes"], R"({"mood":"ok"})");
  EXPECT_EQ(alice_.post(bob, {{"attributes", "[]"}}).status, 200);
  EXPECT_EQ(carol.post(bob, {{"attributes", "{}"}}).code(), 50107);
  EXPECT_EQ(bob_.post(bob, json::Value::object()).code(), 20001);
}

TEST_F(Participants, NonChatParticipantsAreStoredAndShown) {
  alice_.watch(ObjectType::map, room_["sync_objects"]["participants"]);
  alice_.take_notes();
  const json::Value binding{{"address", "+15550002"}, {"proxy_address", "+15550001"}};
  const auto reply = alice_.post(url(), {{"attributes", "{}"}, {"messaging_binding", binding}});
  ASSERT_EQ(reply.status, 201);
  EXPECT_TRUE(reply.body["identity"].is_null());
  EXPECT_EQ(reply.body["messaging_binding"], binding);
  const auto events = alice_.take_events();
  ASSERT_EQ(events.size(), 1u);
  const auto member = json::parse(events[0].data).value();
  EXPECT_EQ(member["type"], "sms");
  EXPECT_EQ(member["bindings"]["sms"], binding);
  EXPECT_FALSE(member.contains("identity"));
  EXPECT_EQ(alice_.post(url(), {{"messaging_binding", binding}}).code(), 50433);
  EXPECT_EQ(alice_.remove(reply.body["url"].get<std::string>()).status, 204);
}

TEST_F(Participants, TypingReachesTheOthersOnly) {
  alice_.add(room_, "bob");
  alice_.take_notes();
  bob_.take_notes();
  http::Request request;
  request.method = "POST";
  const std::string typing = alice_.link("typing");
  request.path = typing.substr(typing.find('/', 8));
  request.body = "ChannelSid=" + room_["sid"].get<std::string>();
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  const auto reply = alice_.request(request);
  EXPECT_EQ(reply.body["typing_timeout"], 5);
  const auto notes = bob_.take_notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].type, "twilio.ipmsg.typing_indicator");
  EXPECT_EQ(json::parse(notes[0].payload)->at("identity"), "alice");
  EXPECT_TRUE(alice_.take_notes().empty());
  TestClient carol(driver_, "carol");
  EXPECT_EQ(carol.request(request).code(), 50430);
  request.body = "nothing";
  EXPECT_EQ(alice_.request(request).code(), 20001);
}

}  // namespace
}  // namespace parley::chat_service
