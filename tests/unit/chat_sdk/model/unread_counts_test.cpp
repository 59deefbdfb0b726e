#include <set>

#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using sync::Change;

class UnreadCountsTest : public ModelFixture {
 protected:
  /// A channel with messages up to index 9, read up to index 2; `unread` of those behind it exist.
  void open_with(int unread_messages) {
    opener.open("CH1", {.announce = true}, [](const Result<RecordPtr>&) {});
    answer_document("CH1", "", R"(,"lastMessage":{"index":9})");
    answer_roster("CH1");
    answer_messages("CH1");
    answer_own_state("CH1", unread_messages);
    record = registry.by_sid("CH1");
    ASSERT_TRUE(record);
  }
  void remove(int index) {
    router.on_applied(event("ESCH1", Change::item_removed, ++id, std::to_string(index)));
  }
  /// A page with the messages `first` to 9, but those of `without`.
  static std::string found(int first, const std::set<int>& without = {}) {
    std::string items;
    for (int index = first; index <= 9; ++index)
      if (!without.contains(index))
        items += (items.empty() ? "" : ",") + item(index, "2026-02-01T00:00:00.000Z");
    return page(items);
  }
  std::optional<std::string> asked_from() const {
    if (!rest.waits(kItems)) return std::nullopt;
    const auto params = rest.request(kItems).params;
    EXPECT_EQ(http::find_param(params, "PageSize"), "100");
    return std::string(*http::find_param(params, "From"));
  }
  static constexpr const char* kOwnState = "GET /Mine/CH1";
  static constexpr const char* kItems = "GET /items/ESCH1";

  RecordPtr record;
  std::int64_t id = 1;
};

TEST_F(UnreadCountsTest, WhoseTheUnreadMessagesAreIsRead) {
  open_with(7);
  EXPECT_EQ(record->state().unread, (Unread{7, false, 3, UnreadReason::authors}));
  EXPECT_EQ(asked_from(), "3");
  rest.answer(kItems, found(3));
  EXPECT_EQ(record->state().unread, (Unread{7, true, 3}));
  EXPECT_EQ(record->state().known_history, (std::vector<IndexRange>{{0, 9}})) << "what is read is known";
  EXPECT_FALSE(asked_from());
}

TEST_F(UnreadCountsTest, TheFirstUnreadIsOneThatExists) {
  open_with(4);
  EXPECT_EQ(asked_from(), "3");
  rest.answer(kItems, found(5, {7}));
  EXPECT_EQ(record->state().unread, (Unread{4, true, 5}));
  EXPECT_EQ(heard<UnreadChanged>().back().unread.first_unread_index, 5);
}

TEST_F(UnreadCountsTest, AFirstUnreadThatIsRemovedGivesWayToTheNext) {
  open_with(7);
  rest.answer(kItems, found(3));
  remove(3);
  EXPECT_EQ(record->state().unread, (Unread{6, true, 4}));
  remove(8);
  EXPECT_EQ(record->state().unread, (Unread{5, true, 4}));
  EXPECT_FALSE(asked_from()) << "everything is known";
}

TEST_F(UnreadCountsTest, APageThatIsOvertakenIsReadAgainALittleLater) {
  open_with(7);
  remove(3);
  rest.answer(kItems, found(3));
  EXPECT_FALSE(asked_from());
  pass(std::chrono::milliseconds(1200));
  EXPECT_EQ(asked_from(), "3");
  rest.answer(kItems, found(4));
  EXPECT_EQ(record->state().unread, (Unread{6, true, 4}));
}

TEST_F(UnreadCountsTest, APageThatEndsEarlyIsFollowedByTheNext) {
  open_with(7);
  rest.answer(kItems, R"({"items":[)" + item(3, "2026-02-01T00:00:00.000Z") +
                          R"(],"meta":{"previous_token":"p","next_token":"n"}})");
  EXPECT_EQ(asked_from(), "4");
  rest.answer(kItems, found(4));
  EXPECT_EQ(record->state().unread, (Unread{7, true, 3}));
}

TEST_F(UnreadCountsTest, WhoJoinsAgainMeanwhileIsCountedToo) {
  open_with(7);
  my_conversations.drop("CH1");
  open_with(6);
  rest.answer(kItems, found(3));  // of the first time
  EXPECT_EQ(asked_from(), "3");
  rest.answer(kItems, found(4));
  EXPECT_EQ(record->state().unread, (Unread{6, true, 4}));
}

TEST_F(UnreadCountsTest, APageThatCannotBeReadIsAskedForAgain) {
  open_with(7);
  rest.fail(kItems, {.code = Errc::timed_out, .message = "throttled"});
  EXPECT_FALSE(asked_from());
  pass(std::chrono::milliseconds(1200));
  EXPECT_EQ(asked_from(), "3");
  rest.fail(kItems, {.code = Errc::forbidden, .message = "no", .http_status = 403});
  pass(std::chrono::minutes(2));
  EXPECT_FALSE(asked_from());
  remove(9);
  EXPECT_EQ(asked_from(), "3") << "something has changed";
}

TEST_F(UnreadCountsTest, WhatAConnectionTookAlongIsAskedForWithTheNextOne) {
  open_with(7);
  unread.give_up();
  rest.fail(kItems, {.code = Errc::connection_lost, .message = "cut"});
  subscriber.on_disconnected();
  subscriber.on_connected(context.now);
  establish("ESCH1");
  EXPECT_EQ(asked_from(), "3");
}

TEST_F(UnreadCountsTest, ACountThatCannotBeHadIsAskedForAgain) {
  open_with(7);
  unread.recount(record);
  unread.recount(record);
  rest.fail(kOwnState, {.code = Errc::timed_out, .message = "throttled"});
  pass(std::chrono::milliseconds(1200));
  rest.answer(kOwnState, own_state("CH1", 5));
  EXPECT_EQ(record->state().unread.count, 5);
  EXPECT_FALSE(rest.waits(kOwnState));
}

TEST_F(UnreadCountsTest, ACountAskedForMeanwhileIsAnotherOne) {
  open_with(7);
  unread.recount(record);
  unread.recount(record);
  rest.answer(kOwnState, own_state("CH1", 5));
  rest.answer(kOwnState, own_state("CH1", 4));
  EXPECT_EQ(record->state().unread.count, 4);
}

TEST_F(UnreadCountsTest, NothingIsToldOfAChannelThatWasLeft) {
  open_with(7);
  unread.recount(record);
  my_conversations.drop("CH1");
  const auto before = events.size();
  rest.answer(kOwnState, own_state("CH1", 5));
  EXPECT_EQ(events.size(), before);
}

TEST_F(UnreadCountsTest, TheLastUnreadThatIsRemovedLeavesNone) {
  open_with(1);
  rest.answer(kItems, found(9));
  EXPECT_EQ(record->state().unread, (Unread{1, true, 9}));
  remove(9);
  EXPECT_EQ(record->state().unread, (Unread{0, true, std::nullopt}));
  EXPECT_FALSE(asked_from());
}

}  // namespace
}  // namespace parley::detail
