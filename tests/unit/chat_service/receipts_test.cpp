#include "chat_service/src/domain/receipts.hpp"

#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class Receipts : public InARoom {
 protected:
  void tell(const receipts::News& news) {
    run([&](Scope& scope) {
      const auto conversation =
          scope.tables.conversations.find_by_sid(scope.service_sid(), room_["sid"].get<std::string>());
      const auto message = scope.tables.messages.find(conversation->id, sent_["sid"].get<std::string>());
      EXPECT_TRUE(receipts::put(scope, *conversation, *message, news));
    });
  }
  TestClient::Reply page(const http::Fields& params = {}) {
    return alice_.get(sent_["url"].get<std::string>() + "/Receipts", params);
  }

  json::Value sent_ = alice_.say(room_, "out").body;
};

TEST_F(Receipts, AreSummedUpInTheMessage) {
  alice_.watch(ObjectType::list, object("messages"));
  alice_.take_notes();
  tell({.participant_sid = "MB1", .status = "delivered"});
  tell({.participant_sid = "MB2", .status = "failed", .error_code = 30003});
  const auto events = alice_.take_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].change, Change::item_updated);
  const auto item = json::parse(events[1].data).value();
  EXPECT_EQ(item["delivery"], (json::Value{{"total", 2},
                                           {"sent", "some"},
                                           {"delivered", "some"},
                                           {"read", "none"},
                                           {"undelivered", "none"},
                                           {"failed", "some"}}));
  EXPECT_EQ(item["text"], "out") << "items are written whole";
}

TEST_F(Receipts, OneForAParticipantFollowsItsState) {
  for (const char* status : {"sent", "delivered", "read"})
    tell({.participant_sid = "MB1", .status = status, .channel_message_sid = "SM1"});
  const auto reply = page();
  ASSERT_EQ(reply.body["delivery_receipts"].size(), 1u);
  const auto& receipt = reply.body["delivery_receipts"][0];
  EXPECT_EQ(receipt["status"], "read");
  EXPECT_EQ(receipt["message_sid"], sent_["sid"]);
  EXPECT_EQ(receipt["conversation_sid"], room_["sid"]);
  EXPECT_EQ(receipt["channel_message_sid"], "SM1");
  EXPECT_EQ(receipt["participant_sid"], "MB1");
  EXPECT_EQ(receipt["error_code"], 0);
  EXPECT_TRUE(receipt["sid"].get<std::string>().starts_with("DY"));
}

TEST_F(Receipts, AreListedInPages) {
  std::set<std::string> told, listed;
  for (int i = 0; i < 5; ++i) {
    told.insert("MB" + std::to_string(i));
    tell({.participant_sid = "MB" + std::to_string(i), .status = "sent"});
  }
  http::Fields params = {{"PageSize", "2"}};
  for (int i = 0; i < 3; ++i) {
    const auto reply = page(params);
    for (const auto& one : reply.body["delivery_receipts"]) listed.insert(one["participant_sid"]);
    const auto& next = reply.body["meta"]["next_token"];
    EXPECT_EQ(next.is_null(), i == 2);
    if (!next.is_null()) params = {{"PageSize", "2"}, {"PageToken", next.get<std::string>()}};
  }
  EXPECT_EQ(listed, told);
  EXPECT_EQ(page({{"PageToken", "rubbish"}}).code(), 20001);
}

TEST_F(Receipts, GoWithTheMessageAndSurviveItsChange) {
  tell({.participant_sid = "MB1", .status = "read"});
  alice_.watch(ObjectType::list, object("messages"));
  alice_.take_notes();
  alice_.post(sent_["url"].get<std::string>(), {{"body", "changed"}});
  EXPECT_EQ(json::parse(alice_.take_events().at(0).data)->at("delivery")["read"], "all");
  alice_.remove(sent_["url"].get<std::string>());
  EXPECT_EQ(page().code(), 50500);
}

TEST_F(Receipts, AnUnknownStatusIsRefused) {
  run([&](Scope& scope) {
    const auto refused = receipts::put(scope, {}, {}, {.participant_sid = "MB1", .status = "lost"});
    EXPECT_EQ(refused.error().server_code, 20001);
  });
}

}  // namespace
}  // namespace parley::chat_service
