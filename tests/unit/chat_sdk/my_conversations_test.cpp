#include "tests/unit/chat_sdk/model_fixture.hpp"

namespace parley::detail {
namespace {

using sync::Change;

class MyConversationsTest : public ModelFixture {
 protected:
  static std::string item(const std::string& sid, const std::string& status = "joined") {
    return R"({"key":")" + sid + R"(","last_event_id":1,"data":{"status":")" + status + R"("}})";
  }
  void load() {
    my_conversations.load([this](Result<void> outcome) { outcomes.push_back(outcome); });
    rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  }
  void change(Change change, const std::string& sid, const std::string& data) {
    router.on_applied(event(kMap, change, ++last_event, sid, data));
  }

  int last_event = 1;
  std::vector<Result<void>> outcomes;
};

TEST_F(MyConversationsTest, LoadsAMapWithoutChannels) {
  load();
  rest.answer("GET /items/MPmine", page(""));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0]);
}

TEST_F(MyConversationsTest, OpensWhatItNamesAndAnnouncesNone) {
  load();
  rest.answer("GET /items/MPmine", page(item("CH1") + "," + item("CH2", "notParticipating")));
  EXPECT_FALSE(opener.state("CH2"));
  EXPECT_TRUE(outcomes.empty());
  open_completely("CH1");
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(heard<ChannelJoined>().empty());
}

TEST_F(MyConversationsTest, LoadsThoughOneChannelCannotBeOpened) {
  load();
  rest.answer("GET /items/MPmine", page(item("CH1")));
  rest.fail("GET /Documents/CH1.channel", {.code = Errc::forbidden, .message = "no"});
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(outcomes[0]);
}

TEST_F(MyConversationsTest, ReadsAllPages) {
  load();
  rest.answer("GET /items/MPmine", R"({"items":[)" + item("CH1") + R"(],"meta":{"next_token":"more"}})");
  rest.answer("GET /items/MPmine", page(item("CH1") + "," + item("CH2")));
  open_completely("CH1");
  EXPECT_TRUE(outcomes.empty());
  open_completely("CH2");
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(MyConversationsTest, FailsOnceIfAPageFails) {
  load();
  rest.answer("GET /items/MPmine", R"({"items":[)" + item("CH1") + R"(],"meta":{"next_token":"more"}})");
  rest.fail("GET /items/MPmine", {.code = Errc::server_error, .message = "broken"});
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(outcomes[0]);
  open_completely("CH1");
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(MyConversationsTest, OpensAndAnnouncesWhatItGains) {
  load();
  rest.answer("GET /items/MPmine", page(""));
  change(Change::item_added, "CH1", R"({"status":"joined"})");
  open_completely("CH1", "general");
  ASSERT_EQ(heard<ChannelJoined>().size(), 1u);
  EXPECT_EQ(heard<ChannelJoined>()[0].channel.name(), "general");
}

TEST_F(MyConversationsTest, DropsWhatItLoses) {
  load();
  rest.answer("GET /items/MPmine", page(item("CH1")));
  open_completely("CH1");
  change(Change::item_removed, "CH1", R"({"status":"joined"})");
  EXPECT_EQ(registry.by_sid("CH1"), nullptr);
  EXPECT_FALSE(subscriptions.find("ESCH1"));
  ASSERT_EQ(heard<ChannelLeft>().size(), 1u);
  EXPECT_FALSE(heard<ChannelLeft>()[0].channel.state()->joined);
}

TEST_F(MyConversationsTest, DropsWhatIsBeingOpened) {
  load();
  rest.answer("GET /items/MPmine", page(item("CH1")));
  change(Change::item_updated, "CH1", R"({"status":"notParticipating"})");
  EXPECT_FALSE(opener.state("CH1"));
  ASSERT_EQ(outcomes.size(), 1u) << "whoever waited for it is told";
  EXPECT_TRUE(heard<ChannelLeft>().empty()) << "nobody had heard of it";
}

TEST_F(MyConversationsTest, CountsAgainWhenAnotherDeviceHasRead) {
  load();
  rest.answer("GET /items/MPmine", page(item("CH1")));
  open_completely("CH1");
  change(Change::item_updated, "CH1", R"({"status":"joined","lastConsumedMessageIndex":7})");
  rest.answer("GET /Mine/CH1", own_state("CH1", 4));
  EXPECT_EQ(registry.by_sid("CH1")->state().unread.count, 4);
}

TEST_F(MyConversationsTest, TellsThatAChannelWasMuted) {
  load();
  rest.answer("GET /items/MPmine", page(item("CH1")));
  open_completely("CH1");
  change(Change::item_updated, "CH1",
         R"({"status":"joined","lastConsumedMessageIndex":2,"notificationLevel":"muted"})");
  EXPECT_TRUE(registry.by_sid("CH1")->state().muted);
  EXPECT_EQ(heard<ChannelUpdated>().size(), 1u);
  EXPECT_FALSE(rest.waits("GET /Mine/CH1")) << "the horizon did not move";
}

}  // namespace
}  // namespace parley::detail
