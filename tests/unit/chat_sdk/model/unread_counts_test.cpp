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
  std::string found(int index) { return page(item(index, "2026-02-01T00:00:00.000Z")); }
  std::optional<std::string> asked_from() const {
    if (!rest.waits(kItems)) return std::nullopt;
    const auto params = rest.request(kItems).params;
    EXPECT_EQ(http::find_param(params, "PageSize"), "1");
    return std::string(*http::find_param(params, "From"));
  }
  static constexpr const char* kOwnState = "GET /Mine/CH1";
  static constexpr const char* kItems = "GET /items/ESCH1";

  RecordPtr record;
  std::int64_t id = 1;
};

TEST_F(UnreadCountsTest, TheFirstUnreadIsNotAskedForIfNoneWasRemoved) {
  open_with(7);
  EXPECT_EQ(record->state().unread, (Unread{7, true, 3}));
  EXPECT_FALSE(asked_from());
}

TEST_F(UnreadCountsTest, TheFirstUnreadIsOneThatExists) {
  open_with(4);
  EXPECT_EQ(asked_from(), "3");
  rest.answer(kItems, found(5));
  EXPECT_EQ(record->state().unread, (Unread{4, true, 5}));
  EXPECT_EQ(heard<UnreadChanged>().back().unread.first_unread_index, 5);
}

TEST_F(UnreadCountsTest, AFirstUnreadThatIsRemovedGivesWayToTheNext) {
  open_with(7);
  remove(3);
  EXPECT_EQ(record->state().unread.count, 6);
  EXPECT_EQ(asked_from(), "4");
  rest.answer(kItems, found(6));
  EXPECT_EQ(record->state().unread, (Unread{6, true, 6}));
  remove(8);
  EXPECT_EQ(record->state().unread, (Unread{5, true, 6}));
  EXPECT_FALSE(asked_from()) << "another one was removed";
}

TEST_F(UnreadCountsTest, AnAnswerThatIsOvertakenIsIgnored) {
  open_with(7);
  remove(3);
  remove(4);
  rest.answer(kItems, found(4));
  EXPECT_EQ(record->state().unread.first_unread_index, 5);
  EXPECT_EQ(asked_from(), "5");
  rest.answer(kItems, found(5));
  EXPECT_EQ(record->state().unread, (Unread{5, true, 5}));
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
  remove(9);
  EXPECT_EQ(record->state().unread, (Unread{0, true, std::nullopt}));
  EXPECT_FALSE(asked_from());
}

}  // namespace
}  // namespace parley::detail
