#include "chat_service/src/sessions/session_lists.hpp"

#include <gmock/gmock.h>

#include "chat_service/src/limits.hpp"
#include "chat_service/src/tenants.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SessionLists::Begin begin_of(const std::string& sid, const std::string& user, Millis now) {
  return {.sid = sid, .user = user, .context = "{}", .date = "", .now = now};
}

TEST(SessionLists, KeepTheNewestAnswersOfTheListsThatAreUsed) {
  SessionLists lists;
  std::vector<std::string> gone;
  auto& list = lists.begin(begin_of("ES1", "alice", 0), gone);
  EXPECT_EQ(list.events_after(0).size(), 1u) << "the context";
  EXPECT_THAT(list.events_after(1), IsEmpty());
  for (int i = 0; i < 60; ++i) {
    const auto place = SessionLists::take_place(list);
    EXPECT_EQ(place.index, i);
    sync::Event answer;
    answer.id = place.event_id + 1;
    answer.data = std::to_string(i);
    lists.keep_answer(list, answer);
  }
  EXPECT_EQ(list.last_event_id, 121);
  const auto kept = list.events_after(1);
  EXPECT_EQ(kept.size(), 50u);
  EXPECT_EQ(kept.front().data, "10");
  EXPECT_EQ(list.events_after(119).size(), 1u);
  sync::Event large;
  large.id = 123;
  large.data = std::string(63 * 1024, 'x');
  lists.keep_answer(list, large);
  EXPECT_EQ(list.events_after(1).size(), 1u) << "they are bounded in bytes, too";
}

TEST(SessionLists, MakeRoomForANewOneOfTheSameUser) {
  SessionLists lists;
  std::vector<std::string> gone;
  for (int i = 0; i < 10; ++i) lists.begin(begin_of("A" + std::to_string(i), "alice", i), gone);
  lists.begin(begin_of("B", "bob", 11), gone);
  EXPECT_THAT(gone, IsEmpty());
  ASSERT_NE(lists.find("A0", 12), nullptr) << "from now on A1 is the one unused for longest";
  lists.begin(begin_of("A10", "alice", 13), gone);
  EXPECT_THAT(gone, ElementsAre("A1"));
  EXPECT_FALSE(lists.contains("A1"));
  EXPECT_TRUE(lists.contains("A0"));
  EXPECT_EQ(lists.find("A1", 13), nullptr);
}

TEST(SessionLists, TakePartInTheTransaction) {
  SessionLists lists;
  std::vector<std::string> gone;
  auto& kept = lists.begin(begin_of("A", "alice", 0), gone);
  EXPECT_THAT(lists.end_unit(true), IsEmpty());
  lists.begin(begin_of("B", "alice", 0), gone);
  EXPECT_THAT(lists.end_unit(false), ElementsAre("B")) << "nobody was told of it";
  EXPECT_TRUE(lists.contains("A"));
  lists.keep_answer(kept, {});
  EXPECT_THAT(lists.end_unit(false), ElementsAre("A")) << "it has an answer to what did not happen";
  EXPECT_THAT(lists.end_unit(false), IsEmpty());
  EXPECT_THAT(gone, IsEmpty());
}

TEST(SessionLists, OfAllUsersAreBounded) {
  SessionLists lists;
  std::vector<std::string> gone;
  const std::size_t most = limits::kSessionBytes / (64 * 1024);
  for (std::size_t i = 0; i < most + 20; ++i) {
    auto& list = lists.begin(begin_of("L" + std::to_string(i), "user" + std::to_string(i), 0), gone);
    sync::Event large;
    large.data = std::string(62 * 1024, 'x');
    lists.keep_answer(list, large);
  }
  ASSERT_FALSE(gone.empty());
  EXPECT_EQ(gone.front(), "L0");
  EXPECT_TRUE(lists.contains("L" + std::to_string(most + 19)));
}

TEST(SessionLists, LoseThoseUnusedForADay) {
  constexpr Millis kDay = 24 * 60 * 60 * 1000;
  SessionLists lists;
  std::vector<std::string> gone;
  lists.begin(begin_of("A", "alice", 0), gone);
  lists.begin(begin_of("B", "bob", 1), gone);
  lists.find("A", kDay);
  lists.begin(begin_of("C", "carol", kDay + 2), gone);
  EXPECT_THAT(gone, ElementsAre("B"));
}

/// What a program from 2019 says and hears: Alice's, in her room.
class SessionClient : public InARoom {
 protected:
  SessionClient() { list_ = begin(alice_); }

  static json::Value begin(TestClient& client, const char* version = "3") {
    return client
        .post("/v3/Lists", {{"purpose", "com.twilio.rtd.ipmsg"},
                            {"context", {{"type", "IpMsgSession"}, {"apiVersion", version}}}})
        .body;
  }
  void watch(TestClient& client, std::int64_t position = 0) {
    client.subscribe({{list_["sid"], sync::ObjectType::list, position}}, {7, sync::EventProtocol::v3});
  }
  TestClient::Reply post(TestClient& client, json::Value request) {
    return client.post(list_["links"]["items"].get<std::string>(),
                       {{"data", {{"commandId", "c1"}, {"request", std::move(request)}}}});
  }
  /// The answer to a command of Alice's.
  json::Value command(json::Value request) {
    watch(alice_, 1'000'000);
    alice_.take_notes();
    const auto posted = post(alice_, std::move(request));
    EXPECT_EQ(posted.status, 201) << json::dump(posted.body);
    for (const auto& event : alice_.take_events()) {
      if (event.object_sid != list_["sid"]) continue;
      EXPECT_GT(event.id, posted.body["last_event_id"].get<std::int64_t>());
      const auto item = json::parse(event.data).value();
      EXPECT_EQ(item["commandId"], "c1");
      return item["response"];
    }
    ADD_FAILURE() << "no answer";
    return {};
  }
  int status(json::Value request) { return command(std::move(request))["status"]; }
  json::Value of_room(const char* action, json::Value request = json::Value::object()) {
    request["action"] = action;
    request["channelSid"] = room_["sid"];
    return request;
  }
  json::Value room_now() { return alice_.get(room_["url"].get<std::string>()).body; }
  json::Value message_now(int index) {
    const auto items = alice_.get("/v3/Services/" + std::string(testing::kServiceSid) + "/Lists/" +
                                      room_["sync_objects"]["messages"].get<std::string>() + "/Items",
                                  {{"Index", std::to_string(index)}});
    return items.body["items"].empty() ? json::Value() : items.body["items"][0]["data"];
  }

  json::Value list_;
};

TEST_F(SessionClient, BeginsWithTheContext) {
  EXPECT_EQ(list_["last_event_id"], 0);
  const auto context = alice_.get(list_["links"]["context"].get<std::string>());
  ASSERT_EQ(context.status, 200);
  EXPECT_EQ(context.body["last_event_id"], 0) << "lower than that of the event";
  const auto& data = context.body["data"];
  EXPECT_EQ(data["identity"], "alice");
  EXPECT_EQ(data["userInfo"], alice_.sync_name("my_user_info"));
  EXPECT_EQ(data["myChannels"], alice_.sync_name("my_conversations"));
  EXPECT_TRUE(data["links"]["publicChannelsUrl"].get<std::string>().starts_with("/"));
  EXPECT_FALSE(data["links"].contains("messagesReceiptsUrl"));
  EXPECT_TRUE(alice_.get(begin(alice_, "4")["links"]["context"].get<std::string>())
                  .body["data"]["links"]
                  .contains("messagesReceiptsUrl"));

  alice_.take_notes();
  watch(alice_);
  const auto notes = alice_.take_notes();
  ASSERT_EQ(notes.size(), 2u);
  const auto told = json::parse(notes[0].payload).value();
  EXPECT_EQ(told["event_type"], "list_context_updated");
  EXPECT_EQ(told["event"]["id"], 1);
  EXPECT_EQ(told["event"]["list_sid"], list_["sid"]);
  EXPECT_EQ(told["event"]["context_data"], data);
  EXPECT_EQ(json::parse(notes[1].payload).value()["event_type"], "subscription_established");
}

TEST_F(SessionClient, HearsLaterWhatBecameOfACommand) {
  EXPECT_EQ(post(alice_, of_room("sendMessage", {{"text", "hello"}})).status, 201);
  alice_.take_notes();
  watch(alice_, 1);
  const auto events = alice_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(json::parse(events[0].data).value()["response"]["messageId"], "0");
  alice_.take_notes();
  watch(alice_, events[0].id);
  EXPECT_THAT(alice_.take_events(), IsEmpty());
}

TEST_F(SessionClient, CreatesAndChangesChannels) {
  auto made = command({{"action", "createChannel"},
                       {"friendlyName", "F"},
                       {"uniqueName", "u"},
                       {"type", "public"},
                       {"attributes", "{}"}});
  const std::string sid = made["channelSid"];
  EXPECT_EQ(made["channel"], sid + ".channel");
  EXPECT_EQ(alice_.get("/Client/v1/Services/" + std::string(testing::kServiceSid) + "/PublicChannels/u")
                .body["channel_sid"],
            sid);
  made = command({{"action", "createConversation"}});
  EXPECT_EQ(made["conversation"], made["conversationSid"].get<std::string>() + ".channel");
  EXPECT_EQ(status(of_room("editFriendlyName", {{"friendlyName", "new"}})), 200);
  EXPECT_EQ(status(of_room("editUniqueName", {{"uniqueName", "name"}})), 200);
  EXPECT_EQ(status(of_room("editAttributes", {{"attributes", R"({"a":1})"}})), 200);
  EXPECT_EQ(status(of_room("editNotificationLevel", {{"notificationLevel", "muted"}})), 200);
  const auto room = room_now();
  EXPECT_EQ(room["friendly_name"], "new");
  EXPECT_EQ(room["unique_name"], "name");
  EXPECT_EQ(room["attributes"], R"({"a":1})");
  EXPECT_EQ(room["notification_level"], "muted");
  EXPECT_EQ(status(of_room("destroyChannel")), 200);
  EXPECT_EQ(room_now()["code"], 50350);
}

TEST_F(SessionClient, BringsInAndRemovesMembers) {
  EXPECT_EQ(status(of_room("leaveChannel")), 200);
  EXPECT_EQ(room_now()["status"], "notParticipating");
  EXPECT_EQ(status(of_room("joinChannelV2")), 200);
  EXPECT_EQ(room_now()["status"], "joined");
  EXPECT_EQ(status(of_room("inviteMember", {{"username", "bob"}})), 200);
  EXPECT_EQ(bob_.get(room_["url"].get<std::string>()).body["status"], "invited");
  EXPECT_EQ(status(of_room("addMemberV2", {{"username", "bob"}})), 200);
  EXPECT_EQ(status(of_room("addMemberV2", {{"username", "bob"}})), 409);
  const auto bob = alice_.get(room_["links"]["participants"].get<std::string>() + "/bob").body["sid"];
  EXPECT_EQ(status(of_room("editMemberAttributes", {{"memberSid", bob}, {"attributes", "[1]"}})), 200);
  EXPECT_EQ(alice_.get(room_["links"]["participants"].get<std::string>() + "/bob").body["attributes"], "[1]");
  EXPECT_EQ(status(of_room("removeMember", {{"memberSid", bob}})), 200);
  EXPECT_EQ(status(of_room("removeMember", {{"username", "bob"}})), 404);
  json::Value outsider{{"action", "addNonChatParticipant"},
                       {"conversationSid", room_["sid"]},
                       {"address", "+15550001"},
                       {"proxyAddress", "+15550002"},
                       {"attributes", "{}"}};
  EXPECT_EQ(status(outsider), 200);
  EXPECT_EQ(room_now()["members_count"], 2);
}

TEST_F(SessionClient, WhoIsInvitedDeclines) {
  bob_.make_room();
  auto room = bob_.make_room();
  bob_.post(room["links"]["invites"].get<std::string>(), {{"identity", "alice"}});
  EXPECT_EQ(status({{"action", "declineInvitation"}, {"channelSid", room["sid"]}}), 200);
  EXPECT_EQ(alice_.get(room["url"].get<std::string>()).status, 403);
}

TEST_F(SessionClient, SendsAndChangesMessages) {
  EXPECT_EQ(command(of_room("sendMessage", {{"text", "0"}, {"attributes", R"({"a":0})"}}))["messageId"], "0");
  EXPECT_EQ(command(of_room("sendMessage", {{"text", "1"}}))["messageId"], "1");
  EXPECT_EQ(status(of_room("editMessage", {{"messageIdx", "0"}, {"text", "new"}})), 200);
  EXPECT_EQ(status(of_room("editMessageAttributes", {{"messageIdx", 0}, {"attributes", R"({"a":1})"}})), 200);
  EXPECT_EQ(message_now(0)["text"], "new");
  EXPECT_EQ(message_now(0)["attributes"], R"({"a":1})");
  EXPECT_EQ(status(of_room("deleteMessage", {{"messageIdx", "0"}})), 200);
  EXPECT_TRUE(message_now(0).is_null());
  EXPECT_EQ(status(of_room("deleteMessage", {{"messageIdx", "0"}})), 404);
  EXPECT_EQ(status(of_room("editMessage", {{"messageIdx", "x"}, {"text", ""}})), 400);
  EXPECT_EQ(status(of_room("sendMediaMessage", {{"mediaSid", "ME00000000000000000000000000000000"}})), 400);
}

TEST_F(SessionClient, ChangesItsUser) {
  EXPECT_EQ(status({{"action", "editUserFriendlyName"}, {"username", "alice"}, {"friendlyName", "A"}}), 200);
  EXPECT_EQ(status({{"action", "editUserAttributes"}, {"username", "alice"}, {"attributes", R"({"b":1})"}}),
            200);
  const auto user = alice_.get(alice_.link("users") + "/alice").body;
  EXPECT_EQ(user["friendly_name"], "A");
  EXPECT_EQ(user["attributes"], R"({"b":1})");
  EXPECT_EQ(status({{"action", "editUserAttributes"}, {"username", "bob"}, {"attributes", "{}"}}), 403);
}

TEST_F(SessionClient, ReportsWhatItHasRead) {
  for (const char* text : {"0", "1", "2"}) alice_.say(room_, text);
  const auto report = [&](json::Value entries) {
    return command({{"action", "consumptionReportV2"}, {"report", std::move(entries)}});
  };
  const json::Value gone{{"channelSid", "CH00000000000000000000000000000000"}, {"messageIdx", 0}};
  const json::Value older{{"channelSid", room_["sid"]}, {"messageIdx", 1}};
  const json::Value newer{{"channelSid", room_["sid"]}, {"messageIdx", 0}};
  const json::Value without{{"channelSid", room_["sid"]}};
  const auto done = report({older, newer, without, gone, 7});
  ASSERT_EQ(done["report"].size(), 1u) << "one that is gone does not keep the others from it";
  EXPECT_EQ(done["report"][0]["channelSid"], room_["sid"]);
  EXPECT_EQ(done["report"][0]["unreadMessagesCount"], 2);
  EXPECT_TRUE(
      report({{{"channelSid", room_["sid"]}, {"messageIdx", nullptr}}})["report"][0]["unreadMessagesCount"]
          .is_null());
  json::Value many = json::Value::array();
  for (int i = 0; i < 101; ++i) many.push_back(gone);
  EXPECT_EQ(report(many)["status"], 400);
}

TEST_F(SessionClient, IsToldWhyACommandFailed) {
  auto room = bob_.make_room();
  const json::Value send{{"action", "sendMessage"}, {"channelSid", room["sid"]}, {"text", "x"}};
  const auto refused = command(send);
  EXPECT_EQ(refused["status"], 403);
  EXPECT_FALSE(refused["statusText"].get<std::string>().empty());
  EXPECT_EQ(command({{"action", "dance"}})["statusText"], "request.action: unknown");
  EXPECT_EQ(command(json::Value::object())["statusText"], "request.action: expected a string");
  EXPECT_EQ(command({{"action", "joinChannelV2"}})["statusText"], "request.channelSid: expected a string");
  EXPECT_EQ(post(alice_, {}).code(), 20001);
  EXPECT_EQ(
      alice_
          .post(list_["links"]["items"].get<std::string>(), {{"data", {{"request", json::Value::object()}}}})
          .code(),
      20001);
}

TEST_F(SessionClient, IsNobodyElses) {
  EXPECT_EQ(post(bob_, {{"action", "x"}}).code(), 54150);
  EXPECT_EQ(bob_.get(list_["links"]["context"].get<std::string>()).code(), 54150);
  bob_.take_notes();
  watch(bob_);
  const auto notes = bob_.take_notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].envelope.outcomes.at(0).status, 404);
  EXPECT_EQ(alice_.post("/v3/Lists", {{"purpose", "mine"}, {"context", json::Value::object()}}).code(),
            54007);
}

TEST_F(SessionClient, ListsChannelsUnderTheirOldNames) {
  const std::string base = "/Client/v1/Services/" + std::string(testing::kServiceSid);
  alice_.say(room_, "0");
  const std::string sid = room_["sid"];
  const auto entry = alice_.get(base + "/SyncList").body["channels"][0];
  EXPECT_EQ(entry["channel_sid"], sid);
  EXPECT_EQ(entry["status"], "joined");
  EXPECT_EQ(entry["channel"], sid + ".channel");
  EXPECT_EQ(entry["roster"], sid + ".roster");
  EXPECT_EQ(entry["messages"], sid + ".messages");
  const auto mine = alice_.get(base + "/MyChannels", {{"ChannelSid", sid}}).body["channels"];
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0]["channel_sid"], sid);
  EXPECT_EQ(mine[0]["members_count"], 1);
  EXPECT_THAT(bob_.get(base + "/MyChannels", {{"ChannelSid", sid}}).body["channels"], IsEmpty());
  EXPECT_EQ(bob_.get(base + "/MyChannels/" + sid).status, 403);
  EXPECT_EQ(alice_.get(base + "/PublicChannels").body["channels"].size(), 0u);
}

TEST_F(SessionClient, OfManyPagesTheOldestAreForgotten) {
  watch(alice_);
  for (int i = 0; i < 10; ++i) begin(alice_);
  EXPECT_EQ(post(alice_, {{"action", "x"}}).code(), 54150) << "its client makes a new one then";
}

TEST_F(SessionClient, IsToldIfTheDatabaseDoesNotDoIt) {
  for (const char* statement : {"INSERT ON messages", "UPDATE ON conversations"}) {
    driver_.database().run_script("CREATE TRIGGER break_it BEFORE " + std::string(statement) +
                                  " BEGIN SELECT RAISE(ABORT, 'broken'); END");
    EXPECT_EQ(status(of_room("sendMessage", {{"text", "x"}})), 500) << statement;
    EXPECT_TRUE(message_now(0).is_null());
    EXPECT_GT(driver_.core().counters().failed_requests, 0u);
    driver_.database().run_script("DROP TRIGGER break_it");
  }
  EXPECT_EQ(command(of_room("sendMessage", {{"text", "x"}}))["messageId"], "0");
}

TEST_F(SessionClient, HearsNothingOfWhatWasNotCommitted) {
  watch(alice_);
  alice_.take_notes();
  driver_.database().on_commit([] { return false; });
  EXPECT_GE(post(alice_, of_room("sendMessage", {{"text", "x"}})).status, 500);
  driver_.database().on_commit([] { return true; });
  EXPECT_THAT(alice_.take_events(), IsEmpty());
  EXPECT_EQ(post(alice_, of_room("sendMessage", {{"text", "x"}})).code(), 54150)
      << "its client makes a new list";
}

TEST_F(SessionClient, OfAnotherTenantIsUnknown) {
  Tenant other = testing::test_tenant();
  other.service_sid = "ISffffffffffffffffffffffffffffffff";
  testing::CoreDriver driver({.tenants = {testing::test_tenant(), other}});
  TestClient here(driver, "alice"), there(driver, "alice", {.service_sid = other.service_sid});
  const std::string sid = begin(here)["sid"];
  EXPECT_EQ(there.get("/v3/Services/" + other.service_sid + "/Lists/" + sid + "/Context").code(), 54150);
  EXPECT_EQ(
      here.get("/v3/Services/" + std::string(testing::kServiceSid) + "/Lists/" + sid + "/Context").status,
      200);
}

}  // namespace
}  // namespace parley::chat_service
