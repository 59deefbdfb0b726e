#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using State = ChannelOpener::State;
using namespace std::chrono_literals;

class ChannelOpenerTest : public ModelFixture {
 protected:
  void open(const std::string& sid, ChannelOpener::Options options = {.announce = true}) {
    opener.open(sid, options, [this](Result<RecordPtr> outcome) { outcomes.push_back(std::move(outcome)); });
  }
  static Error busy() { return {.code = Errc::too_many_requests, .message = "busy"}; }
  static Error forbidden() { return {.code = Errc::forbidden, .message = "no"}; }

  std::vector<Result<RecordPtr>> outcomes;
};

// queued

TEST_F(ChannelOpenerTest, QueuedWaitsForAFreePlace) {
  for (int i = 0; i < 9; ++i) open("CH" + std::to_string(i));
  EXPECT_EQ(opener.state("CH7"), State::document);
  EXPECT_EQ(opener.state("CH8"), State::queued);
  rest.fail("GET /Documents/CH3.channel", forbidden());
  EXPECT_EQ(opener.state("CH8"), State::document);
}

TEST_F(ChannelOpenerTest, QueuedIsForgottenWithoutBeingAskedFor) {
  for (int i = 0; i < 9; ++i) open("CH" + std::to_string(i));
  opener.forget("CH8", forbidden());
  EXPECT_EQ(opener.state("CH8"), std::nullopt);
  ASSERT_EQ(outcomes.size(), 1u);
  rest.fail("GET /Documents/CH3.channel", forbidden());
  EXPECT_FALSE(rest.waits("GET /Documents/CH8.channel"));
}

// document

TEST_F(ChannelOpenerTest, DocumentLeadsToThePartsBothAtOnce) {
  open("CH1");
  EXPECT_EQ(opener.state("CH1"), State::document);
  answer_document("CH1");
  EXPECT_EQ(opener.state("CH1"), State::parts);
  EXPECT_TRUE(rest.waits("GET /Maps/CH1.roster"));
  EXPECT_TRUE(rest.waits("GET /Lists/CH1.messages"));
}

TEST_F(ChannelOpenerTest, DocumentThatIsRefusedIsForgotten) {
  open("CH1");
  rest.fail("GET /Documents/CH1.channel", forbidden());
  EXPECT_EQ(opener.state("CH1"), std::nullopt);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].error().code, Errc::forbidden);
}

TEST_F(ChannelOpenerTest, DocumentThatIsNoneIsAnError) {
  open("CH1");
  rest.answer("GET /Documents/CH1.channel", object("ET1", R"({"messages":7})"));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(outcomes[0]);
  EXPECT_FALSE(subscriptions.find("ET1")) << "nothing of it stays subscribed";
}

TEST_F(ChannelOpenerTest, DocumentThatNeverComesIsTriedAgain) {
  open("CH1");
  pass(30s);
  EXPECT_EQ(opener.state("CH1"), State::waiting);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].error().code, Errc::timed_out);
}

TEST_F(ChannelOpenerTest, ACountThatWasTakenBlindIsTakenAgain) {
  open("CH1");
  answer_document("CH1", "general");
  answer_messages("CH1");
  establish("ESCH1");
  subscriber.on_disconnected();
  rest.answer("GET /Mine/CH1", own_state("CH1", 3));
  subscriber.on_connected(context.now);
  answer_roster("CH1");
  EXPECT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].value()->state().unread.reason, UnreadReason::listed);
  establish("ESCH1");
  rest.answer("GET /Mine/CH1", own_state("CH1", 4));
  EXPECT_EQ(outcomes[0].value()->state().unread.count, 4);
}

// parts

TEST_F(ChannelOpenerTest, PartsCompleteTogether) {
  open("CH1");
  answer_document("CH1", "general");
  answer_messages("CH1");
  answer_own_state("CH1", 3);
  EXPECT_EQ(opener.state("CH1"), State::parts) << "the roster is missing";
  answer_roster("CH1");
  EXPECT_EQ(opener.state("CH1"), std::nullopt);
  ASSERT_EQ(outcomes.size(), 1u);
  const auto record = outcomes[0].value();
  EXPECT_EQ(registry.by_name("general"), record);
  EXPECT_EQ(record->state().unread, (Unread{3, false, 3, UnreadReason::authors}));
  EXPECT_EQ(record->state().members->size(), 1u);
  EXPECT_EQ(heard<ChannelJoined>().size(), 1u);
}

TEST_F(ChannelOpenerTest, PartsAskForTheOwnStateOnlyWhenMessagesAreFollowed) {
  open("CH1");
  answer_document("CH1");
  answer_messages("CH1");
  EXPECT_FALSE(rest.waits("GET /Mine/CH1"));
  establish("ESCH1");
  EXPECT_TRUE(rest.waits("GET /Mine/CH1"));
}

TEST_F(ChannelOpenerTest, PartsThatFailAreForgottenWithTheirSubscriptions) {
  open("CH1");
  answer_document("CH1");
  answer_messages("CH1");
  EXPECT_TRUE(subscriptions.find("ESCH1"));
  rest.fail("GET /Maps/CH1.roster", forbidden());
  EXPECT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(subscriptions.find("ETCH1"));
  EXPECT_FALSE(subscriptions.find("ESCH1"));
}

TEST_F(ChannelOpenerTest, PartsThatComeSlowlyAreWaitedFor) {
  open("CH1");
  pass(20s);
  answer_document("CH1");
  pass(20s);
  answer_messages("CH1");
  pass(20s);
  EXPECT_EQ(opener.state("CH1"), State::parts);
  pass(10s);
  EXPECT_EQ(opener.state("CH1"), State::waiting) << "nothing was heard for 30 s";
}

TEST_F(ChannelOpenerTest, PartsThatFailWithTheConnectionAreNotForgotten) {
  for (const auto code : {Errc::outcome_unknown, Errc::denied, Errc::client_closed}) {
    const std::string sid = "CH" + std::to_string(static_cast<int>(code));
    open(sid);
    answer_document(sid);
    rest.fail("GET /Lists/" + sid + ".messages", {.code = code, .message = "no connection"});
    EXPECT_EQ(opener.state(sid), State::waiting);
  }
}

TEST_F(ChannelOpenerTest, PartsOfASecondAttemptHoldNoMemberOfTheFirst) {
  open("CH1");
  answer_document("CH1");
  rest.answer("GET /Maps/CH1.roster", object("MPCH1"));
  rest.answer("GET /items/MPCH1", page(member("MB1", "alice") + "," + member("MB2", "gone")));
  const auto record = opener.state("CH1") ? registry.by_sid("CH1") : nullptr;
  EXPECT_FALSE(record);
  rest.fail("GET /Lists/CH1.messages", busy());
  pass(2s);
  open_completely("CH1");
  EXPECT_EQ(registry.by_sid("CH1")->state().members->size(), 1u);
}

TEST_F(ChannelOpenerTest, PartsWhoseSubscriptionIsRefusedAreForgotten) {
  open("CH1");
  answer_document("CH1");
  answer_messages("CH1");
  router.on_failed("ESCH1", forbidden());
  EXPECT_EQ(opener.state("CH1"), std::nullopt);
  ASSERT_EQ(outcomes.size(), 1u);
}

TEST_F(ChannelOpenerTest, PartsOfAnEndedAttemptAreNotTakenForTheNextOnes) {
  open("CH1");
  answer_document("CH1");
  rest.fail("GET /Lists/CH1.messages", busy());
  pass(2s);
  EXPECT_EQ(opener.state("CH1"), State::document);
  rest.answer("GET /Maps/CH1.roster", object("MPlate"));
  EXPECT_FALSE(subscriptions.find("MPlate"));
  EXPECT_EQ(opener.state("CH1"), State::document);
}

TEST_F(ChannelOpenerTest, PartsOfARosterOfManyPagesAreAllRead) {
  open("CH1");
  answer_document("CH1");
  rest.answer("GET /Maps/CH1.roster", object("MPCH1"));
  rest.answer("GET /items/MPCH1",
              R"({"items":[)" + member("MB1", "alice") + R"(],"meta":{"next_token":"more"}})");
  rest.answer("GET /items/MPCH1", page(member("MB1", "alice") + "," + member("MB2", "bob")));
  answer_messages("CH1");
  answer_own_state("CH1");
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].value()->state().members->size(), 2u);
}

TEST_F(ChannelOpenerTest, PartsOfARosterWhosePagesLeadInACircleAreRead) {
  open("CH1");
  answer_document("CH1");
  rest.answer("GET /Maps/CH1.roster", object("MPCH1"));
  const auto one_page = [](const std::string& members) {
    return R"({"items":[)" + members + R"(],"meta":{"next_token":"more"}})";
  };
  rest.answer("GET /items/MPCH1", one_page(member("MB1", "alice")));
  rest.answer("GET /items/MPCH1", one_page(member("MB1", "alice") + "," + member("MB2", "bob")));
  rest.answer("GET /items/MPCH1", one_page(member("MB2", "bob") + "," + member("MB1", "alice")));
  EXPECT_FALSE(rest.waits("GET /items/MPCH1"));
  answer_messages("CH1");
  answer_own_state("CH1");
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(ChannelOpenerTest, QueuedInTheBackgroundIsBroughtToTheFrontByWhoeverAsks) {
  for (int i = 0; i < 10; ++i) open("CH" + std::to_string(i), {.background = true});
  EXPECT_TRUE(rest.request("GET /Documents/CH0.channel").background);
  open("CH9");
  rest.fail("GET /Documents/CH3.channel", forbidden());
  EXPECT_EQ(opener.state("CH9"), State::document);
  EXPECT_FALSE(rest.request("GET /Documents/CH9.channel").background);
  EXPECT_EQ(opener.state("CH8"), State::queued);
}

TEST_F(ChannelOpenerTest, DocumentOfAListedChannelCompletesItInPlace) {
  const auto record = make_record("CH1");
  conversations::Conversation entry;
  entry.unique_name = "listed";
  entry.last_message_index = 8;
  entry.tells_last_message = true;
  record->set_listed(entry);
  registry.add(record);
  record->mark_listed();
  open("CH1");
  open_completely("CH1", "renamed");
  EXPECT_EQ(outcomes.at(0).value(), record);
  EXPECT_EQ(registry.by_name("renamed"), record);
  EXPECT_EQ(registry.by_name("listed"), nullptr);
  EXPECT_EQ(registry.list().load()->size(), 1u);
  EXPECT_TRUE(record->is_loaded());
  EXPECT_EQ(heard<ChannelJoined>().size(), 0u) << "the user has seen it in the list";
  EXPECT_EQ(heard<ChannelUpdated>().size(), 1u);
}

// history: a member since noon

class OpenedHistory : public ChannelOpenerTest {
 protected:
  static constexpr const char* kBefore = "2026-03-01T11:59:59.999Z";
  static constexpr const char* kAtNoon = "2026-03-01T12:00:00.000Z";

  void reach_history(const std::string& last_date,
                     ChannelOpener::Options options = {.announce = true, .new_member = true}) {
    open("CH1", options);
    answer_document("CH1", "", R"(,"lastMessage":{"index":5,"timestamp":")" + last_date + R"("})");
    answer_roster("CH1");
    answer_messages("CH1");
    answer_own_state("CH1");
  }
  std::vector<std::int64_t> told() const {
    std::vector<std::int64_t> indexes;
    for (const auto& added : heard<MessageAdded>()) indexes.push_back(added.message.index);
    return indexes;
  }
};

TEST_F(OpenedHistory, WhatWasWrittenSinceTheMembershipIsTold) {
  reach_history(kAtNoon);
  EXPECT_EQ(opener.state("CH1"), State::history);
  EXPECT_EQ(http::find_param(rest.request("GET /items/ESCH1").params, "From"), "5");
  rest.answer("GET /items/ESCH1", page(item(5, kAtNoon) + "," + item(4, kAtNoon) + "," + item(2, kBefore)));
  EXPECT_EQ(told(), (std::vector<std::int64_t>{4, 5}));
  ASSERT_GE(events.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ChannelJoined>(events[0])) << "first the channel, then its messages";
  EXPECT_FALSE(registry.by_sid("CH1")->hole());
}

TEST_F(OpenedHistory, ANewChannelTellsAllItHas) {
  reach_history(kAtNoon);
  rest.answer("GET /items/ESCH1", page(item(5, kAtNoon) + "," + item(0, kAtNoon)));
  EXPECT_EQ(told(), (std::vector<std::int64_t>{0, 5}));
}

TEST_F(OpenedHistory, OldMessagesAreNotRead) {
  reach_history(kBefore);
  EXPECT_EQ(opener.state("CH1"), std::nullopt);
  EXPECT_TRUE(told().empty());
  EXPECT_FALSE(registry.by_sid("CH1")->hole());
}

TEST_F(OpenedHistory, AnOldMemberIsToldOfNone) {
  reach_history(kAtNoon, {.announce = true});
  EXPECT_EQ(opener.state("CH1"), std::nullopt);
  EXPECT_TRUE(told().empty());
}

TEST_F(OpenedHistory, OfVeryManyTheNewestPageIsTold) {
  reach_history(kAtNoon);
  rest.answer("GET /items/ESCH1", R"({"items":[)" + item(5, kAtNoon) + "," + item(4, kAtNoon) +
                                      R"(],"meta":{"next_token":"more"}})");
  EXPECT_EQ(told(), (std::vector<std::int64_t>{4, 5}));
  EXPECT_FALSE(registry.by_sid("CH1")->hole());
}

TEST_F(OpenedHistory, WhatArrivesMeanwhileIsToldBehindIt) {
  reach_history(kAtNoon);
  router.on_applied(event("ESCH1", sync::Change::item_added, 2, "6", message("IM6", "6")));
  EXPECT_TRUE(events.empty());
  rest.answer("GET /items/ESCH1", page(item(5, kAtNoon)));
  EXPECT_EQ(told(), (std::vector<std::int64_t>{5, 6}));
}

TEST_F(OpenedHistory, IsReadThoughSomebodyAskedBeforeTheMembershipWasHeardOf) {
  open("CH1", {.announce = true});
  reach_history(kAtNoon);
  EXPECT_EQ(opener.state("CH1"), State::history);
}

TEST_F(OpenedHistory, IsForgottenWithTheMembership) {
  reach_history(kAtNoon);
  opener.forget("CH1", forbidden());
  rest.answer("GET /items/ESCH1", page(item(5, kAtNoon)));
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(OpenedHistory, ThatCannotBeReadIsTriedAgain) {
  reach_history(kAtNoon);
  rest.fail("GET /items/ESCH1", busy());
  EXPECT_EQ(opener.state("CH1"), State::waiting);
  EXPECT_TRUE(events.empty());
}

// waiting

TEST_F(ChannelOpenerTest, WaitingIsTriedAgainAfterTheBackoff) {
  open("CH1");
  rest.fail("GET /Documents/CH1.channel", busy());
  EXPECT_EQ(opener.state("CH1"), State::waiting);
  ASSERT_EQ(outcomes.size(), 1u) << "who waited is told at once";
  pass(1999ms);
  EXPECT_EQ(opener.state("CH1"), State::waiting);
  pass(1ms);
  EXPECT_EQ(opener.state("CH1"), State::document);
  rest.fail("GET /Documents/CH1.channel", busy());
  pass(3999ms);
  EXPECT_EQ(opener.state("CH1"), State::waiting) << "the second wait is twice as long";
  pass(1ms);
  EXPECT_EQ(opener.state("CH1"), State::document);
}

TEST_F(ChannelOpenerTest, WaitingIsAnnouncedWhenItComesAfterAll) {
  open("CH1", {});
  rest.fail("GET /Documents/CH1.channel", busy());
  pass(2s);
  open_completely("CH1");
  EXPECT_EQ(heard<ChannelJoined>().size(), 1u);
}

TEST_F(ChannelOpenerTest, WaitingIgnoresAnswersOfTheAttemptBefore) {
  open("CH1");
  answer_document("CH1");
  rest.fail("GET /Lists/CH1.messages", busy());
  rest.answer("GET /Maps/CH1.roster", object("MPlate"));
  EXPECT_EQ(opener.state("CH1"), State::waiting);
  EXPECT_FALSE(subscriptions.find("MPlate"));
}

TEST_F(ChannelOpenerTest, WaitingIsHurriedByWhoeverAsks) {
  open("CH1");
  rest.fail("GET /Documents/CH1.channel", busy());
  open("CH1");
  EXPECT_EQ(opener.state("CH1"), State::document);
  open_completely("CH1");
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_TRUE(outcomes[1]);
}

TEST_F(ChannelOpenerTest, WaitingIsTriedAtOnceWhenConnectedAgain) {
  open("CH1");
  rest.fail("GET /Documents/CH1.channel", busy());
  opener.retry_now();
  EXPECT_EQ(opener.state("CH1"), State::document);
}

TEST_F(ChannelOpenerTest, WaitingIsForgotten) {
  open("CH1");
  rest.fail("GET /Documents/CH1.channel", busy());
  opener.forget("CH1", forbidden());
  pass(10min);
  EXPECT_EQ(opener.state("CH1"), std::nullopt);
  EXPECT_EQ(rest.waiting(), 0u);
}

// every state

TEST_F(ChannelOpenerTest, GivingUpTellsAllWhoWaitAndTriesAgainWithTheNextConnection) {
  for (int i = 0; i < 9; ++i) open("CH" + std::to_string(i));
  answer_document("CH1");
  rest.fail("GET /Documents/CH2.channel", busy());
  opener.give_up({.code = Errc::connection_lost, .message = "given up"});
  EXPECT_EQ(outcomes.size(), 9u);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(opener.state("CH" + std::to_string(i)), State::waiting) << i;
  opener.retry_now();
  EXPECT_EQ(opener.state("CH0"), State::document);
}

TEST_F(ChannelOpenerTest, WhatIsOpenCompletesAtOnce) {
  open_completely("CH1");
  open("CH1");
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].value(), registry.by_sid("CH1"));
  EXPECT_EQ(rest.waiting(), 0u);
}

}  // namespace
}  // namespace parley::detail
