#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class Conversations : public TwoClients {};

TEST_F(Conversations, CreationShowsTheCapturedMembers) {
  const auto reply =
      alice_.post(alice_.link("conversations"),
                  {{"friendly_name", "Friendly"}, {"unique_name", "un"}, {"attributes", R"({"topic":"x"})"}});
  ASSERT_EQ(reply.status, 201);
  const auto& body = reply.body;
  const std::string sid = body["sid"];
  EXPECT_EQ(body["friendly_name"], "Friendly");
  EXPECT_EQ(body["unique_name"], "un");
  EXPECT_EQ(body["attributes"], R"({"topic":"x"})");
  EXPECT_EQ(body["created_by"], "alice");
  EXPECT_EQ(body["type"], "private");
  EXPECT_EQ(body["status"], "notParticipating") << "the creator is no participant yet";
  EXPECT_FALSE(body.contains("notification_level"));
  EXPECT_EQ(body["messages_count"], 0);
  EXPECT_EQ(body["participants_count"], 0);
  EXPECT_EQ(body["sync_objects"]["conversation"], sid + ".channel");
  EXPECT_EQ(body["sync_objects"]["participants"], sid + ".roster");
  EXPECT_EQ(body["sync_objects"]["messages"], sid + ".messages");
  EXPECT_EQ(body["url"], alice_.link("conversations") + "/" + sid);
  EXPECT_EQ(body["date_created"], "2026-11-20T12:00:00.000Z");
}

TEST_F(Conversations, TheDocumentShowsTheConversation) {
  const auto room = alice_.create({{"friendly_name", "f"}, {"attributes", "{}"}});
  const std::string sid = room["sid"];
  const auto document = alice_.get("/v3/Documents/" + sid + ".channel").body;
  EXPECT_EQ(document["last_event_id"], 0);
  EXPECT_EQ(document["revision"], "0");
  const auto& data = document["data"];
  EXPECT_EQ(data["friendlyName"], "f");
  EXPECT_TRUE(data["uniqueName"].is_null());
  EXPECT_EQ(data["createdBy"], "alice");
  EXPECT_EQ(data["messages"], sid + ".messages");
  EXPECT_EQ(data["roster"], sid + ".roster");
  EXPECT_EQ(data["state"]["current"], "active");
  EXPECT_TRUE(data["lastMessage"].is_null());
}

TEST_F(Conversations, AUniqueNameIsTakenOnce) {
  alice_.create({{"unique_name", "general"}});
  const auto reply = bob_.post(bob_.link("conversations"), {{"unique_name", "general"}});
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.code(), 50353);
  EXPECT_EQ(bob_.post(bob_.link("conversations"), {{"unique_name", ""}}).status, 201) << "empty is none";
  EXPECT_EQ(bob_.post(bob_.link("conversations"), {{"unique_name", ""}}).status, 201);
}

TEST_F(Conversations, UpdatesChangeTheDocumentAndKeepTheRest) {
  const auto room = alice_.make_room({{"friendly_name", "old"}, {"unique_name", "un"}});
  alice_.watch(ObjectType::document, room["sync_objects"]["conversation"]);
  alice_.take_notes();
  driver_.advance(std::chrono::milliseconds(5));
  const auto renamed = alice_.post(room["url"].get<std::string>(), {{"friendly_name", "Néw"}});
  ASSERT_EQ(renamed.status, 200);
  EXPECT_EQ(renamed.body["friendly_name"], "Néw");
  EXPECT_EQ(renamed.body["unique_name"], "un");
  EXPECT_EQ(renamed.body["status"], "joined");
  EXPECT_EQ(renamed.body["date_updated"], "2026-11-20T12:00:00.005Z");
  const auto events = alice_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::updated);
  EXPECT_EQ(events[0].id, 1);
  EXPECT_EQ(events[0].revision, "1");
  EXPECT_EQ(json::parse(events[0].data)->at("friendlyName"), "Néw");
  const auto cleared = alice_.post(room["url"].get<std::string>(), {{"unique_name", ""}});
  EXPECT_TRUE(cleared.body["unique_name"].is_null());
  EXPECT_EQ(bob_.post(bob_.link("conversations"), {{"unique_name", "un"}}).status, 201) << "free again";
}

TEST_F(Conversations, RenamingToATakenNameIsAConflict) {
  alice_.create({{"unique_name", "taken"}});
  const auto room = alice_.create({{"unique_name", "mine"}});
  const std::string url = room["url"];
  EXPECT_EQ(alice_.post(url, {{"unique_name", "taken"}}).code(), 50353);
  EXPECT_EQ(alice_.post(url, {{"unique_name", "mine"}}).status, 200) << "its own name is no conflict";
}

TEST_F(Conversations, StrangersAreRefused) {
  const std::string url = alice_.make_room()["url"];
  EXPECT_EQ(bob_.get(url).code(), 50430);
  EXPECT_EQ(bob_.post(url, {{"friendly_name", "x"}}).code(), 50430);
  EXPECT_EQ(bob_.remove(url).code(), 50430);
  const std::string missing = bob_.link("conversations") + "/CH00000000000000000000000000000000";
  EXPECT_EQ(bob_.get(missing).code(), 50350);
}

TEST_F(Conversations, OnlyTheCreatorDeletes) {
  const auto room = alice_.make_room();
  alice_.add(room, "bob");
  const std::string url = room["url"];
  EXPECT_EQ(bob_.remove(url).code(), 50107);
  EXPECT_EQ(alice_.remove(url).status, 204);
  EXPECT_EQ(alice_.get(url).code(), 50350);
}

TEST_F(Conversations, DeletionEmptiesTheListsOfItsMembersFirst) {
  const auto room = alice_.make_room();
  alice_.add(room, "bob");
  bob_.watch(ObjectType::map, bob_.sync_name("my_conversations"));
  bob_.watch(ObjectType::map, room["sync_objects"]["participants"]);
  bob_.watch(ObjectType::document, room["sync_objects"]["conversation"]);
  bob_.take_notes();
  alice_.remove(room["url"].get<std::string>());
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u) << "its right to watch the rest ended with the membership";
  EXPECT_EQ(events[0].change, Change::item_removed);
  EXPECT_EQ(events[0].item_key, room["sid"]);
  EXPECT_EQ(json::parse(events[0].data)->at("status"), "joined") << "the last data";
}

TEST_F(Conversations, AnUnjoinedCreatorIsToldThatTheDocumentIsGone) {
  const auto room = alice_.create({});
  const auto document = alice_.watch(ObjectType::document, room["sync_objects"]["conversation"]);
  alice_.take_notes();
  alice_.remove(room["url"].get<std::string>());
  const auto events = alice_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::removed);
  EXPECT_EQ(events[0].object_sid, document["sid"]);
  EXPECT_EQ(alice_.get("/v3/Documents/" + document["sid"].get<std::string>()).code(), 54100);
}

}  // namespace
}  // namespace parley::chat_service
