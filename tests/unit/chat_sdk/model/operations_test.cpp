#include <parley/client.hpp>
#include <parley/detail/operations.hpp>

#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

class OperationsTest : public ModelFixture {
 protected:
  template <class T>
  Done<T> kept(std::optional<Result<T>>& place) {
    return [&place](Result<T> outcome) { place = std::move(outcome); };
  }
  static Error error(Errc code) { return {.code = code, .message = "refused"}; }
  static std::string conversation(const std::string& status = "joined") {
    return R"({"sid":"CH1","unique_name":"general","status":")" + status + R"("})";
  }
  void finish_joining() {
    rest.answer("POST /Conversations/CH1/Participants", R"({"sid":"MB1","identity":"alice"})");
    open_completely("CH1", "general");
  }

  Operations operations{model};
  LocalOperations local{model, [](const Done<void>& usable) { usable({}); }};
  std::optional<Result<Channel>> channel;
  std::optional<Result<MessagePage>> page_of_messages;
  std::optional<Result<Member>> member_of;
  std::optional<Result<Unread>> read;
  std::optional<Result<void>> done;
};

TEST_F(OperationsTest, BadArgumentsAreRefusedBeforeAnythingIsSent) {
  operations.create_group_channel({"a#b"}, kept(channel));
  EXPECT_EQ(channel->error().code, Errc::invalid_argument);
  operations.create_group_channel({"a", std::string(257, 'x')}, kept(channel));
  EXPECT_EQ(channel->error().code, Errc::invalid_argument);
  operations.direct_channel("bob", "two\nlines", kept(channel));
  EXPECT_EQ(channel->error().code, Errc::invalid_argument);
  operations.join_channel("", kept(channel));
  EXPECT_EQ(channel->error().code, Errc::invalid_argument);
  local.get_messages("CH1", {.page_size = 0}, kept(page_of_messages));
  EXPECT_EQ(page_of_messages->error().code, Errc::invalid_argument);
  local.set_read("CH1", -1, kept(read));
  EXPECT_EQ(read->error().code, Errc::invalid_argument);
  operations.block("alice", kept(done));
  EXPECT_EQ(done->error().code, Errc::invalid_argument);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(OperationsTest, ADescriptionMayHaveAsManyCharactersAsTheServiceTakes) {
  std::string text;
  for (int i = 0; i < 256; ++i) text += "\xC3\xA9";
  operations.create_group_channel({"a", text}, kept(channel));
  EXPECT_TRUE(rest.waits("POST /Conversations"));
}

TEST_F(OperationsTest, ANewGroupChannelIsPublicAndJoined) {
  operations.create_group_channel({"general", "for all"}, kept(channel));
  EXPECT_NE(rest.request("POST /Conversations").body.find(R"("type":"public")"), std::string::npos);
  rest.answer("POST /Conversations", conversation("notParticipating"));
  finish_joining();
  ASSERT_TRUE(channel && *channel);
  EXPECT_EQ((*channel)->sid(), "CH1");
  EXPECT_EQ(registry.list().current().sid(), "CH1");
}

TEST_F(OperationsTest, AChannelIsJoinedByName) {
  operations.join_channel("general", kept(channel));
  rest.answer("GET /Conversations/general", conversation("notParticipating"));
  finish_joining();
  EXPECT_TRUE(channel && *channel);
  channel.reset();
  operations.join_channel("general", kept(channel));
  EXPECT_TRUE(channel && *channel) << "at once: it is known";
}

TEST_F(OperationsTest, AServiceWithoutPublicChannelsKnowsThoseThatInvited) {
  operations.join_channel("general", kept(channel));
  rest.fail("GET /Conversations/general", error(Errc::forbidden));
  rest.answer("GET /Mine/general", conversation());
  open_completely("CH1", "general");
  EXPECT_TRUE(channel && *channel);
}

TEST_F(OperationsTest, AJoinThatFailsOtherwiseFails) {
  operations.join_channel("general", kept(channel));
  rest.fail("GET /Conversations/general", error(Errc::server_error));
  ASSERT_TRUE(channel);
  EXPECT_EQ(channel->error().code, Errc::server_error);
}

TEST_F(OperationsTest, AChannelOfOthersIsNotFound) {
  operations.find_channel("general", kept(channel));
  rest.answer("GET /Mine/general", conversation("notParticipating"));
  ASSERT_TRUE(channel);
  EXPECT_EQ(channel->error().code, Errc::not_found);
}

TEST_F(OperationsTest, HistoryOfAChannelThatIsOnlyListedLoadsItFirst) {
  const auto record = make_record("CH1");
  record->set_listed({});
  registry.add(record);
  local.get_messages("CH1", {}, kept(page_of_messages));
  EXPECT_FALSE(rest.waits("GET /items/ESCH1"));
  open_completely("CH1");
  rest.answer("GET /items/ESCH1", page(item(0, "2026-02-01T00:00:00.000Z")));
  ASSERT_TRUE(page_of_messages && *page_of_messages);
  EXPECT_EQ((*page_of_messages)->messages.size(), 1u);
}

TEST_F(OperationsTest, APageOfAChannelThatWasLeftMeanwhileTellsNothingOfIt) {
  opener.open("CH1", {}, [](const Result<RecordPtr>&) {});
  answer_document("CH1");
  answer_roster("CH1");
  answer_messages("CH1");
  answer_own_state("CH1", 3);
  const std::string own_message =
      R"({"index":8,"data":{"sid":"IM8","author":"alice","timestamp":"2026-02-01T00:00:00.000Z"}})";
  rest.fail("GET /items/ESCH1", error(Errc::server_error));  // of the count
  local.get_messages("CH1", {}, kept(page_of_messages));
  my_conversations.drop("CH1");
  events.clear();
  rest.answer("GET /items/ESCH1", page(own_message));
  ASSERT_TRUE(page_of_messages && *page_of_messages);
  EXPECT_EQ((*page_of_messages)->messages.size(), 1u);
  EXPECT_TRUE(events.empty());
}

TEST_F(OperationsTest, ThereIsNoHistoryBeforeTheFirstMessage) {
  open_completely("CH1");
  local.get_messages("CH1", {.anchor = Anchor::beyond(0)}, kept(page_of_messages));
  ASSERT_TRUE(page_of_messages && *page_of_messages);
  EXPECT_TRUE((*page_of_messages)->messages.empty());
  EXPECT_TRUE((*page_of_messages)->newer);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(OperationsTest, OfAChannelOfOthersNothingIsAsked) {
  local.get_messages("CH9", {}, kept(page_of_messages));
  EXPECT_EQ(page_of_messages->error().code, Errc::not_found);
  local.set_read("CH9", 1, kept(read));
  EXPECT_EQ(read->error().code, Errc::not_found);
  local.set_all_read("CH9", kept(read));
  EXPECT_EQ(read->error().code, Errc::not_found);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(OperationsTest, ReadingTakesTheCountOfTheAnswer) {
  open_completely("CH1", "", R"(,"lastMessage":{"index":9})");
  model.on_ready();
  local.set_all_read("CH1", kept(read));
  EXPECT_NE(rest.request("POST /Mine/CH1").body.find("9"), std::string::npos);
  rest.answer("POST /Mine/CH1", own_state("CH1", 2));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->count, 2);
}

TEST_F(OperationsTest, NothingToReadIsNoError) {
  open_completely("CH1");
  local.set_all_read("CH1", kept(read));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(OperationsTest, SomebodyWhoIsAMemberAlreadyIsNoError) {
  open_completely("CH1");
  Error already = error(Errc::conflict);
  already.server_code = 50433;
  operations.invite("CH1", "alice", kept(member_of));
  rest.fail("POST /Conversations/CH1/Participants", already);
  ASSERT_TRUE(member_of && *member_of);
  EXPECT_EQ((*member_of)->identity, "alice");
  operations.invite("CH1", "stranger", kept(member_of));
  rest.fail("POST /Conversations/CH1/Participants", already);
  EXPECT_EQ(member_of->error().code, Errc::conflict);
}

TEST_F(OperationsTest, LeavingAndDeletingDropTheChannel) {
  open_completely("CH1");
  open_completely("CH2");
  operations.leave("CH1", kept(done));
  rest.answer("DELETE /Conversations/CH1/Participants/alice", "");
  EXPECT_TRUE(done && *done);
  EXPECT_FALSE(registry.by_sid("CH1"));
  operations.destroy("CH2", kept(done));
  rest.fail("DELETE /Conversations/CH2", error(Errc::forbidden));
  EXPECT_TRUE(registry.by_sid("CH2")) << "it was refused";
  EXPECT_EQ(heard<ChannelLeft>().size(), 1u);
}

}  // namespace
}  // namespace parley::detail
