#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using sync::Change;

class SyncRouterTest : public ModelFixture {
 protected:
  SyncRouterTest() { open_completely("CH1", "general"); }
};

TEST_F(SyncRouterTest, BringsMessagesToTheirChannel) {
  router.on_applied(event("ESCH1", Change::item_added, 2, "0", message("IM1", "hello")));
  ASSERT_EQ(heard<MessageAdded>().size(), 1u);
  EXPECT_EQ(heard<MessageAdded>()[0].message.text, "hello");
  EXPECT_EQ(heard<MessageAdded>()[0].channel.sid(), "CH1");
}

TEST_F(SyncRouterTest, BringsMembersToTheirChannel) {
  router.on_applied(event("MPCH1", Change::item_added, 2, "MB9", R"({"identity":"carol"})"));
  ASSERT_EQ(heard<MemberJoined>().size(), 1u);
  EXPECT_EQ(heard<MemberJoined>()[0].member.identity, "carol");
}

TEST_F(SyncRouterTest, AChannelThatIsRenamedIsFoundByItsNewName) {
  router.on_applied(event("ETCH1", Change::updated, 2, "", document("CH1", "renamed")));
  EXPECT_EQ(registry.by_name("general"), nullptr);
  EXPECT_EQ(registry.by_name("renamed"), registry.by_sid("CH1"));
  EXPECT_EQ(heard<ChannelUpdated>().size(), 1u);
}

TEST_F(SyncRouterTest, AnObjectOfNobodyIsIgnored) {
  const auto before = events.size();
  router.on_applied(event("ES?", Change::item_added, 2, "0", message("IM1", "hello")));
  router.on_gone("ES?");
  router.on_failed("ES?", {.code = Errc::forbidden, .message = "no"});
  router.on_established("ES?");
  EXPECT_EQ(events.size(), before);
}

TEST_F(SyncRouterTest, AChannelIsGoneWithItsDocumentAlone) {
  router.on_gone("MPCH1");
  EXPECT_TRUE(registry.by_sid("CH1"));
  router.on_gone("ETCH1");
  EXPECT_FALSE(registry.by_sid("CH1"));
  EXPECT_EQ(heard<ChannelLeft>().size(), 1u);
}

TEST_F(SyncRouterTest, AChannelBeingOpenedIsGoneWithAnyPart) {
  opener.open("CH2", {.announce = true}, [](const Result<RecordPtr>&) {});
  answer_document("CH2");
  answer_messages("CH2");
  router.on_gone("ESCH2");
  EXPECT_FALSE(opener.state("CH2"));
}

TEST_F(SyncRouterTest, AnOpenChannelOutlivesARefusedSubscription) {
  router.on_failed("ESCH1", {.code = Errc::forbidden, .message = "no"});
  EXPECT_TRUE(registry.by_sid("CH1"));
}

TEST_F(SyncRouterTest, CountsAgainWhatWasCountedWithoutTheMessages) {
  subscriber.on_disconnected();
  unread.recount(registry.by_sid("CH1"));
  rest.answer("GET /Mine/CH1", own_state("CH1", 5));
  EXPECT_EQ(registry.by_sid("CH1")->state().unread, (Unread{5, false, 3, UnreadReason::listed}));
  subscriber.on_connected(context.now);
  establish("ESCH1");
  rest.answer("GET /Mine/CH1", own_state("CH1", 6));
  EXPECT_EQ(registry.by_sid("CH1")->state().unread, (Unread{6, false, 3, UnreadReason::authors}));
}

TEST_F(SyncRouterTest, TheMapThatIsFollowedAgainHurriesWhatFailed) {
  my_conversations.load([](const Result<void>&) {});
  rest.answer("GET /Maps/US1.my_conversations", object(kMap));
  opener.open("CH2", {.announce = true}, [](const Result<RecordPtr>&) {});
  rest.fail("GET /Documents/CH2.channel", {.code = Errc::connection_lost, .message = "lost"});
  router.on_established(kMap);
  EXPECT_EQ(opener.state("CH2"), ChannelOpener::State::document);
}

}  // namespace
}  // namespace parley::detail
