#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using sync::Change;

class MyConversationsTest : public ModelFixture {
 protected:
  static std::string entry(const std::string& sid, const std::string& status = "joined",
                           const std::string& updated = "2026-01-01T00:00:00.000Z") {
    return R"({"conversation_sid":")" + sid + R"(","status":")" + status + R"(","unique_name":"name of )" +
           sid +
           R"(","unread_messages_count":2,"last_read_message_index":6,"messages_count":9,"date_updated":")" +
           updated + R"(","last_message":{"index":8}})";
  }
  static std::string list(const std::string& entries, const std::string& next = "") {
    return R"({"conversations":[)" + entries + R"(],"meta":{"next_token":")" + next + R"("}})";
  }
  void load(const std::string& entries = "") {
    my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
    rest.answer("GET /Maps/US1.my_conversations", object(kMap));
    rest.answer("GET /Mine", list(entries));
  }
  void change(Change change, const std::string& sid, const std::string& data) {
    router.on_applied(event(kMap, change, ++last_event, sid, data));
  }

  int last_event = 1;
  std::vector<Result<void>> outcomes;
};

TEST_F(MyConversationsTest, LoadsAListWithoutChannels) {
  load();
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0]);
}

TEST_F(MyConversationsTest, TheListAloneTellsNamesUnreadAndLastMessage) {
  load(entry("CH1") + "," + entry("CH2", "notParticipating"));
  ASSERT_EQ(registry.list().load()->size(), 1u);
  const auto state = registry.list().load()->front().state();
  EXPECT_EQ(state->name, "name of CH1");
  EXPECT_EQ(state->unread, (Unread{2, false, 7, UnreadReason::listed}));
  EXPECT_EQ(state->last_message_index, 8);
  EXPECT_TRUE(state->joined);
  EXPECT_FALSE(state->loaded);
}

TEST_F(MyConversationsTest, OpensWhatItNamesAndAnnouncesNone) {
  load(entry("CH1"));
  EXPECT_TRUE(outcomes.empty());
  open_completely("CH1");
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(heard<ChannelJoined>().empty());
  EXPECT_TRUE(heard<ChannelUpdated>().empty()) << "nobody had seen it incomplete";
}

TEST_F(MyConversationsTest, LoadsThoughOneChannelCannotBeOpened) {
  load(entry("CH1"));
  rest.fail("GET /Documents/CH1.channel", {.code = Errc::forbidden, .message = "no"});
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0]);
  EXPECT_TRUE(registry.by_sid("CH1")) << "it is in the list all the same";
}

TEST_F(MyConversationsTest, ReadsAllPages) {
  my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  rest.answer("GET /Mine", list(entry("CH1"), "second"));
  EXPECT_EQ(http::find_param(rest.request("GET /Mine").params, "PageToken"), "second");
  rest.answer("GET /Mine", list(entry("CH2"), "second"));
  EXPECT_FALSE(rest.waits("GET /Mine")) << "a page that leads to itself is the last one";
  open_completely("CH1");
  EXPECT_TRUE(outcomes.empty());
  open_completely("CH2");
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(MyConversationsTest, PagesInACircleEnd) {
  my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  rest.answer("GET /Mine", list(entry("CH1"), "second"));
  rest.answer("GET /Mine", list(entry("CH2"), "third"));
  rest.answer("GET /Mine", list(entry("CH1"), "second"));
  EXPECT_FALSE(rest.waits("GET /Mine"));
}

TEST_F(MyConversationsTest, PagesMayRepeatWhatMovedWhileTheyWereRead) {
  my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  rest.answer("GET /Mine", list(entry("CH1"), "second"));
  rest.answer("GET /Mine", list(entry("CH1"), "third"));
  rest.answer("GET /Mine", list(entry("CH2")));
  open_completely("CH1");
  open_completely("CH2");
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(MyConversationsTest, FailsOnceIfAPageFails) {
  my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  rest.answer("GET /Mine", list(entry("CH1"), "second"));
  rest.fail("GET /Mine", {.code = Errc::server_error, .message = "broken"});
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(outcomes[0]);
  load(entry("CH1"));
  EXPECT_TRUE(rest.waits("GET /Documents/CH1.channel"))
      << "what the first try brought is opened by the second";
}

TEST_F(MyConversationsTest, OfVeryManyTheFiftyThatChangedLastAreOpenedFirst) {
  std::string entries;
  for (int i = 0; i < 53; ++i) {
    const std::string second = std::to_string(10 + i % 50);
    const std::string date = (i < 50 ? "2026-01-01T00:00:" : "2025-01-01T00:00:") + second + ".000Z";
    entries += (i ? "," : "") + entry("CH" + std::to_string(i), "joined", date);
  }
  load(entries);
  EXPECT_EQ(registry.list().load()->size(), 53u);
  EXPECT_FALSE(rest.waits("GET /Documents/CH50.channel")) << "before those that are waited for";
  for (int i = 49; i >= 0; --i) {
    EXPECT_TRUE(outcomes.empty());
    const std::string sid = "CH" + std::to_string(i);
    EXPECT_FALSE(rest.request("GET /Documents/" + sid + ".channel").background) << sid;
    open_completely(sid);
  }
  EXPECT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(rest.request("GET /Documents/CH52.channel").background);
  EXPECT_TRUE(heard<ChannelUpdated>().empty());
  open_completely("CH52");
  EXPECT_EQ(heard<ChannelUpdated>().size(), 1u);
}

TEST_F(MyConversationsTest, WhatIsLeftWhileTheListIsReadIsNotOpened) {
  my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  rest.answer("GET /Mine", list(entry("CH1"), "second"));
  change(Change::item_removed, "CH1", "{}");
  rest.answer("GET /Mine", list(""));
  EXPECT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(opener.state("CH1"));
  EXPECT_TRUE(registry.list().load()->empty());
}

TEST_F(MyConversationsTest, MessagesBetweenTheListAndTheOpeningAreTold) {
  load(entry("CH1"));
  answer_document("CH1", "", R"(,"lastMessage":{"index":10,"timestamp":"2026-02-01T00:00:00.000Z"})");
  answer_roster("CH1");
  answer_messages("CH1");
  answer_own_state("CH1");
  pass(std::chrono::milliseconds(500));
  EXPECT_EQ(http::find_param(rest.request("GET /items/ESCH1").params, "From"), "9");
  rest.answer("GET /items/ESCH1",
              page(item(9, "2026-02-01T00:00:00.000Z") + "," + item(10, "2026-02-01T00:00:00.000Z")));
  ASSERT_EQ(heard<MessageAdded>().size(), 2u);
  EXPECT_EQ(heard<MessageAdded>()[0].message.index, 9);
}

TEST_F(MyConversationsTest, WhatTheMapTellsWhileTheListIsReadIsNotTakenForNew) {
  my_conversations.load([](const Result<void>&) {});
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  change(Change::item_updated, "CH1", R"({"status":"joined"})");
  change(Change::item_added, "CH2", R"({"status":"joined"})");
  change(Change::item_added, "CH3", R"({"status":"joined"})");
  change(Change::item_removed, "CH3", "{}");
  EXPECT_FALSE(opener.state("CH1"));
  rest.answer("GET /Mine", list(entry("CH1")));
  EXPECT_FALSE(opener.state("CH3"));
  open_completely("CH1");
  EXPECT_EQ(registry.list().load()->size(), 1u);
  EXPECT_TRUE(heard<ChannelJoined>().empty()) << "it is in the list";
  open_completely("CH2");
  EXPECT_EQ(heard<ChannelJoined>().size(), 1u);
}

TEST_F(MyConversationsTest, OpensAndAnnouncesWhatItGains) {
  load();
  change(Change::item_added, "CH1", R"({"status":"joined"})");
  open_completely("CH1", "general");
  ASSERT_EQ(heard<ChannelJoined>().size(), 1u);
  EXPECT_EQ(heard<ChannelJoined>()[0].channel.name(), "general");
}

TEST_F(MyConversationsTest, DropsWhatItLoses) {
  load(entry("CH1"));
  open_completely("CH1");
  change(Change::item_removed, "CH1", R"({"status":"joined"})");
  EXPECT_EQ(registry.by_sid("CH1"), nullptr);
  EXPECT_FALSE(subscriptions.find("ESCH1"));
  ASSERT_EQ(heard<ChannelLeft>().size(), 1u);
  EXPECT_FALSE(heard<ChannelLeft>()[0].channel.state()->joined);
}

TEST_F(MyConversationsTest, DropsWhatIsBeingOpened) {
  load(entry("CH1"));
  change(Change::item_updated, "CH1", R"({"status":"notParticipating"})");
  EXPECT_FALSE(opener.state("CH1"));
  ASSERT_EQ(outcomes.size(), 1u) << "whoever waited for it is told";
  EXPECT_TRUE(heard<ChannelLeft>().empty()) << "nobody had heard of it";
}

TEST_F(MyConversationsTest, CountsAgainWhenAnotherDeviceHasRead) {
  load(entry("CH1"));
  open_completely("CH1");
  change(Change::item_updated, "CH1", R"({"status":"joined","lastConsumedMessageIndex":7})");
  rest.answer("GET /Mine/CH1", own_state("CH1", 4));
  EXPECT_EQ(registry.by_sid("CH1")->state().unread.count, 4);
}

TEST_F(MyConversationsTest, TellsThatAChannelWasMuted) {
  load(entry("CH1"));
  open_completely("CH1");
  change(Change::item_updated, "CH1",
         R"({"status":"joined","lastConsumedMessageIndex":2,"notificationLevel":"muted"})");
  EXPECT_TRUE(registry.by_sid("CH1")->state().muted);
  EXPECT_EQ(heard<ChannelUpdated>().size(), 1u);
  EXPECT_FALSE(rest.waits("GET /Mine/CH1")) << "the horizon did not move";
}

}  // namespace
}  // namespace parley::detail
