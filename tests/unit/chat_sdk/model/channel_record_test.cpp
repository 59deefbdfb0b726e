#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using sync::Change;

class ChannelRecordTest : public ModelFixture {
 protected:
  ChannelRecordTest() {
    open_completely("CH1", "general", R"(,"lastMessage":{"index":4})");
    record = registry.by_sid("CH1");
    events.clear();
  }
  void own(int unread, std::optional<std::int64_t> read, bool live = true) {
    conversations::Conversation state;
    state.unread_count = unread;
    state.last_read_index = read;
    record->set_own_state(state, live);
  }
  void add(std::int64_t index, const std::string& sid) {
    record->apply_message(
        event("ESCH1", Change::item_added, ++id, std::to_string(index), message(sid, "text")));
  }
  void remove(std::int64_t index, const std::string& data = "{}") {
    record->apply_message(event("ESCH1", Change::item_removed, ++id, std::to_string(index), data));
  }

  RecordPtr record;
  std::int64_t id = 1;
};

TEST_F(ChannelRecordTest, KeepsEventsBackUntilTheChannelIsTold) {
  ChannelRecord fresh(context, "CH2", "alice",
                      [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); });
  fresh.apply_message(event("ES2", Change::item_added, 1, "0", message("IM1", "first")));
  fresh.begin_messages(-1);
  EXPECT_TRUE(events.empty());
  fresh.mark_loaded(/*announce=*/true);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<ChannelJoined>(events[0]));
  EXPECT_TRUE(std::holds_alternative<MessageAdded>(events[1]));
}

TEST_F(ChannelRecordTest, WhatWasMissedSinceTheCacheWasWrittenIsToldUpToAHundred) {
  for (const std::int64_t missed : {1, 100, 101}) {
    ChannelRecord restored(context, "CH2", "alice",
                           [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); });
    ChannelState state;
    state.known_history = {{0, 3}, {5, 9}};
    restored.restore(state);
    restored.begin_messages(9 + missed);
    const auto hole = restored.hole();
    EXPECT_EQ(hole.has_value(), missed <= 100) << missed;
    if (hole) {
      EXPECT_EQ(*hole, (IndexRange{10, 9 + missed}));
    }
  }
}

TEST_F(ChannelRecordTest, CountsMessagesBehindTheHorizon) {
  own(0, 4);
  add(5, "IM5");
  add(6, "IM6");
  EXPECT_EQ(record->state().unread, (Unread{2, true, 5}));
  EXPECT_EQ(record->state().last_message_index, 6);
  EXPECT_EQ(heard<MessageAdded>().size(), 2u);
  EXPECT_EQ(heard<UnreadChanged>().back().unread.count, 2);
}

TEST_F(ChannelRecordTest, ACountThatIsALowerBoundStaysOne) {
  own(3, 4, /*live=*/false);
  EXPECT_EQ(record->state().unread, (Unread{3, false, 5, UnreadReason::listed}));
  EXPECT_TRUE(record->unread().wants_recount());
  add(8, "IM8");
  EXPECT_EQ(record->state().unread.count, 3) << "it may be among those counted";
}

TEST_F(ChannelRecordTest, RemovedMessagesAreUnreadNoMore) {
  own(0, 4);
  add(5, "IM5");
  add(6, "IM6");
  remove(6);
  EXPECT_EQ(record->state().unread.count, 1);
  remove(3);
  EXPECT_EQ(record->state().unread.count, 1) << "it was read";
  remove(5);
  EXPECT_EQ(record->state().unread, (Unread{0, true, std::nullopt}));
  EXPECT_EQ(heard<MessageRemoved>().size(), 3u);
}

TEST_F(ChannelRecordTest, AMessageThatCameAndWentUnseenMakesTheCountUnsure) {
  own(3, 1);
  remove(5);
  EXPECT_EQ(record->state().unread.count, 3);
  EXPECT_TRUE(record->unread().wants_recount());
  own(3, 1);
  EXPECT_FALSE(record->unread().wants_recount());
}

TEST_F(ChannelRecordTest, AnIndexThatCannotBeOneIsSkipped) {
  add(-1, "IM");
  add(std::numeric_limits<std::int64_t>::max(), "IM");
  remove(-1);
  EXPECT_TRUE(events.empty());
  add(5, "IM5");
  EXPECT_EQ(heard<MessageAdded>().size(), 1u);
}

TEST_F(ChannelRecordTest, AMessageThatCannotBeReadIsSkipped) {
  record->apply_message(event("ESCH1", Change::item_added, 2, "0", R"({"sid":7})"));
  EXPECT_TRUE(events.empty());
}

TEST_F(ChannelRecordTest, MembersComeChangeAndGo) {
  record->apply_roster(event("MP1", Change::item_added, 2, "MB2", R"({"identity":"bob"})"));
  record->apply_roster(
      event("MP1", Change::item_updated, 3, "MB2", R"({"identity":"bob","attributes":"[1]"})"));
  EXPECT_EQ(heard<MemberUpdated>().at(0).member.attributes, "[1]");
  EXPECT_TRUE(record->member("bob"));
  record->apply_roster(event("MP1", Change::item_removed, 4, "MB2"));
  EXPECT_FALSE(record->member("bob"));
  EXPECT_EQ(heard<MemberJoined>().size(), 1u);
  EXPECT_EQ(heard<MemberLeft>().at(0).member.identity, "bob");
}

TEST_F(ChannelRecordTest, WhatThePagesHeldAlreadyIsNoEvent) {
  record->apply_roster(event("MP1", Change::item_updated, 1, "MBCH1", R"({"identity":"old"})"));
  EXPECT_TRUE(record->member("alice"));
  EXPECT_TRUE(events.empty());
}

TEST_F(ChannelRecordTest, OnlyWhatIsShownIsAnUpdate) {
  record->apply_document(
      event("ET1", Change::updated, 2, "",
            R"({"uniqueName":"general","messages":"m","roster":"r","lastMessage":{"index":7}})"));
  EXPECT_TRUE(heard<ChannelUpdated>().empty());
  EXPECT_EQ(record->state().last_message_index, 7);
  record->apply_document(
      event("ET1", Change::updated, 3, "",
            R"({"uniqueName":"general","friendlyName":"All","messages":"m","roster":"r"})"));
  EXPECT_EQ(heard<ChannelUpdated>().size(), 1u);
  EXPECT_EQ(record->state().description, "All");
}

TEST_F(ChannelRecordTest, ANameOfTwoIsADirectChannelOfThoseTwo) {
  record->apply_document(event("ET1", Change::updated, 2, "", document("CH1", "alice#bob")));
  EXPECT_EQ(record->state().kind, ChannelKind::direct);
  EXPECT_EQ(record->state().peer, "bob");
  record->apply_document(event("ET1", Change::updated, 3, "", document("CH1", "bob#carol")));
  EXPECT_EQ(record->state().kind, ChannelKind::group) << "alice is none of the two";
}

}  // namespace
}  // namespace parley::detail
