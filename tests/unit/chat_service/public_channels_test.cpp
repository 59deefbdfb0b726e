#include "common/base/encoding.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class PublicChannels : public TwoClients {};

TEST_F(PublicChannels, AreFoundByNameAndJoinedByAnybody) {
  const auto room = alice_.create({{"unique_name", "general"}, {"type", "public"}});
  EXPECT_EQ(room["type"], "public");
  const auto found = bob_.get(bob_.link("conversations") + "/general");
  ASSERT_EQ(found.status, 200);
  EXPECT_EQ(found.body["sid"], room["sid"]);
  EXPECT_EQ(found.body["status"], "notParticipating");
  const auto mine = bob_.get(bob_.link("my_conversations") + "/general");
  ASSERT_EQ(mine.status, 200);
  EXPECT_EQ(mine.body["status"], "notParticipating");
  EXPECT_TRUE(mine.body["participant_sid"].is_null());
  bob_.join(found.body);
  EXPECT_EQ(bob_.get(room["url"].get<std::string>()).body["status"], "joined");
}

TEST_F(PublicChannels, ShowTheirDocumentButNotTheirInside) {
  const auto room = alice_.make_room({{"type", "public"}});
  const auto& objects = room["sync_objects"];
  EXPECT_EQ(bob_.get("/v3/Documents/" + objects["conversation"].get<std::string>()).status, 200);
  EXPECT_EQ(bob_.get("/v3/Maps/" + objects["participants"].get<std::string>()).code(), 54007);
  EXPECT_EQ(bob_.get("/v3/Lists/" + objects["messages"].get<std::string>()).code(), 54007);
  EXPECT_EQ(bob_.say(room, "hello").code(), 50430);
  EXPECT_EQ(bob_.post(room["url"].get<std::string>(), {{"friendly_name", "x"}}).code(), 50430);
  const std::string add_carol = room["links"]["participants"];
  EXPECT_EQ(bob_.post(add_carol, {{"identity", "carol"}}).code(), 50430);
}

TEST_F(PublicChannels, AreListedInPages) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(alice_.create({{"type", "public"}})["sid"]);
  alice_.create({{"type", "private"}});
  std::vector<std::string> listed;
  http::Fields params = {{"PageSize", "2"}};
  for (int page = 0; page < 3; ++page) {
    const auto reply = bob_.get(bob_.link("conversations"), params);
    ASSERT_EQ(reply.status, 200);
    for (const auto& one : reply.body["conversations"]) listed.push_back(one["sid"]);
    const auto& next = reply.body["meta"]["next_token"];
    EXPECT_EQ(next.is_null(), page == 2);
    if (!next.is_null()) params = {{"PageSize", "2"}, {"PageToken", next.get<std::string>()}};
  }
  EXPECT_EQ(listed, made);
  EXPECT_EQ(bob_.get(bob_.link("conversations"), {{"PageToken", "rubbish"}}).code(), 20001);
  for (const char* forged :
       {"after:-1", "after:9223372036854775807", "before:-9223372036854775808", "before:x"})
    EXPECT_EQ(bob_.get(bob_.link("conversations"), {{"PageToken", base64url_encode(forged)}}).code(), 20001);
}

TEST_F(PublicChannels, ALeaverKeepsTheDocumentOnly) {
  const auto room = alice_.make_room({{"type", "public"}});
  bob_.join(room);
  bob_.watch(sync::ObjectType::document, room["sync_objects"]["conversation"]);
  bob_.watch(sync::ObjectType::list, room["sync_objects"]["messages"]);
  bob_.remove(room["links"]["participants"].get<std::string>() + "/bob");
  bob_.take_notes();
  alice_.say(room, "behind bob's back");
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, sync::ObjectType::document);
}

TEST(PublicChannelsOff, TheSwitchRefusesAndHides) {
  Tenant tenant = testing::test_tenant();
  tenant.public_channels = false;
  CoreDriver driver({.tenants = {tenant}});
  TestClient alice(driver, "alice");
  const auto reply = alice.post(alice.link("conversations"), {{"type", "public"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body["message"].get<std::string>().find("type"), std::string::npos);
  EXPECT_TRUE(alice.get(alice.link("conversations")).body["conversations"].empty());
}

}  // namespace
}  // namespace parley::chat_service
