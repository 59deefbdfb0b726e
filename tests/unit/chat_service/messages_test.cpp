#include "common/base/limits.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class Messages : public InARoom {
 protected:
  Messages() { alice_.add(room_, "bob"); }

  std::string url(const TestClient::Reply& message) { return message.body["url"]; }
  json::Value last_message() {
    const std::string name = room_["sync_objects"]["conversation"];
    return alice_.get("/v3/Documents/" + name).body["data"]["lastMessage"];
  }
};

TEST_F(Messages, SendingShowsTheCapturedMembers) {
  const auto reply = alice_.post(room_["links"]["messages"].get<std::string>(),
                                 {{"body", "Zażółć 🎉"}, {"attributes", R"({"k":"v"})"}, {"subject", "s"}});
  ASSERT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body["index"], 0);
  EXPECT_EQ(reply.body["author"], "alice");
  EXPECT_EQ(reply.body["body"], "Zażółć 🎉");
  EXPECT_EQ(reply.body["attributes"], R"({"k":"v"})");
  EXPECT_EQ(reply.body["subject"], "s");
  EXPECT_TRUE(reply.body["media"].is_null());
  EXPECT_TRUE(reply.body["last_updated_by"].is_null());
  EXPECT_EQ(bob_.get(url(reply)).body, reply.body);
}

TEST_F(Messages, AnEventOfTheListThenOneOfTheDocument) {
  bob_.watch(ObjectType::list, room_["sync_objects"]["messages"]);
  bob_.watch(ObjectType::document, room_["sync_objects"]["conversation"]);
  bob_.take_notes();
  alice_.say(room_, "hello");
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].change, Change::item_added);
  EXPECT_EQ(events[0].id, 0) << "a collection's first event";
  EXPECT_EQ(events[0].item_index(), 0);
  const auto item = json::parse(events[0].data).value();
  EXPECT_EQ(item["author"], "alice");
  EXPECT_EQ(item["text"], "hello");
  EXPECT_EQ(item["type"], "text");
  EXPECT_TRUE(item["lastUpdatedBy"].is_null());
  EXPECT_EQ(events[1].change, Change::updated);
  EXPECT_EQ(json::parse(events[1].data)->at("lastMessage")["index"], 0);
}

TEST_F(Messages, IndexesAreContiguousAndNeverReused) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(alice_.say(room_, "x").body["index"], i);
  const auto last = bob_.say(room_, "to go");
  EXPECT_EQ(last.body["index"], 3);
  EXPECT_EQ(bob_.remove(url(last)).status, 204);
  EXPECT_EQ(alice_.say(room_, "next").body["index"], 4);
  EXPECT_EQ(alice_.get(room_["url"].get<std::string>()).body["messages_count"], 4);
}

TEST_F(Messages, TheLastMessageFollowsRemovals) {
  EXPECT_TRUE(last_message().is_null());
  const auto first = alice_.say(room_, "0");
  const auto second = alice_.say(room_, "1");
  const auto third = alice_.say(room_, "2");
  alice_.remove(url(second));
  EXPECT_EQ(last_message()["index"], 2);
  alice_.remove(url(third));
  EXPECT_EQ(last_message()["index"], 0);
  alice_.remove(url(first));
  EXPECT_TRUE(last_message().is_null()) << "null, not absent: the client would keep the old one";
}

TEST_F(Messages, TheAuthorAndTheCreatorMayChangeThem) {
  const auto by_alice = alice_.say(room_, "a");
  const auto by_bob = bob_.say(room_, "b");
  EXPECT_EQ(bob_.post(url(by_alice), {{"body", "hacked"}}).code(), 50107);
  EXPECT_EQ(bob_.remove(url(by_alice)).code(), 50107);
  const auto changed = alice_.post(url(by_bob), {{"body", "moderated"}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body["last_updated_by"], "alice");
  EXPECT_EQ(changed.body["author"], "bob");
  EXPECT_EQ(alice_.remove(url(by_bob)).status, 204);
  EXPECT_EQ(bob_.get(url(by_bob)).code(), 50500);
  EXPECT_EQ(bob_.post(url(by_bob), {{"body", "x"}}).code(), 50500);
}

TEST_F(Messages, AnUpdateIsWrittenWhole) {
  const auto sent = alice_.post(room_["links"]["messages"].get<std::string>(),
                                {{"body", "one"}, {"attributes", R"({"a":1})"}});
  bob_.watch(ObjectType::list, room_["sync_objects"]["messages"]);
  bob_.take_notes();
  alice_.post(url(sent), {{"body", "two"}});
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::item_updated);
  EXPECT_EQ(events[0].item_revision, "1");
  const auto item = json::parse(events[0].data).value();
  EXPECT_EQ(item["text"], "two");
  EXPECT_EQ(item["attributes"], R"({"a":1})") << "what is missing would be taken as emptied";
  EXPECT_EQ(item["lastUpdatedBy"], "alice");
}

TEST_F(Messages, ARemovedBodyDoesNotStayInTheStore) {
  const auto sent = alice_.say(room_, "regretted");
  alice_.remove(url(sent));
  const std::string list = room_["sync_objects"]["messages"];
  const auto object = bob_.get("/v3/Lists/" + list).body;
  bob_.take_notes();
  bob_.subscribe({{object["sid"], ObjectType::list, -1}});
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].change, Change::item_removed);
  EXPECT_EQ(events[0].data, "{}");
}

TEST_F(Messages, EmptyPagesForWhatOtherNetworksWouldSay) {
  const auto sent = alice_.say(room_, "x");
  const auto receipts = alice_.get(url(sent) + "/Receipts");
  EXPECT_EQ(receipts.status, 200);
  EXPECT_TRUE(receipts.body["delivery_receipts"].empty());
  EXPECT_TRUE(receipts.body["meta"]["next_token"].is_null());
  const auto recipients = alice_.get(room_["url"].get<std::string>() + "/MessageRecipients",
                                     {{"MessageSid", sent.body["sid"].get<std::string>()}});
  EXPECT_TRUE(recipients.body["message_recipients"].empty());
  const auto metadata = alice_.get(url(sent) + "/ChannelMetadata");
  EXPECT_EQ(metadata.status, 404);
  EXPECT_EQ(metadata.code(), 50530);
}

TEST_F(Messages, StrangersNeitherSendNorRead) {
  const auto sent = alice_.say(room_, "secret");
  TestClient carol(driver_, "carol");
  EXPECT_EQ(carol.say(room_, "x").code(), 50430);
  EXPECT_EQ(carol.get(url(sent)).code(), 50430);
  EXPECT_EQ(carol.remove(url(sent)).code(), 50430);
  EXPECT_EQ(carol.get(url(sent) + "/Receipts").code(), 50430);
}

TEST_F(Messages, ABodyAtTheLimitPassesAndOneBeyondDoesNot) {
  EXPECT_EQ(alice_.say(room_, std::string(limits::kMessageBodyBytes, 'x')).status, 201);
  EXPECT_EQ(alice_.say(room_, std::string(limits::kMessageBodyBytes + 1, 'x')).code(), 20001);
}

}  // namespace
}  // namespace parley::chat_service
