#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using sync::Change;
using namespace std::chrono_literals;

class HoleHealerTest : public ModelFixture {
 protected:
  HoleHealerTest() {
    open_completely("CH1");
    add(0);
    events.clear();
  }
  void add(int index) {
    router.on_applied(event("ESCH1", Change::item_added, ++id, std::to_string(index),
                            message("IM" + std::to_string(index), "text")));
  }
  void newest(int index) {
    router.on_applied(
        event("ETCH1", Change::updated, ++id, "",
              document("CH1", "", R"(,"lastMessage":{"index":)" + std::to_string(index) + "}")));
  }
  std::string items(std::initializer_list<int> indexes) {
    std::string text;
    for (const int index : indexes)
      text += (text.empty() ? "" : ",") + item(index, "2026-02-01T00:00:00.000Z");
    return text;
  }
  std::vector<std::int64_t> told() const {
    std::vector<std::int64_t> indexes;
    for (const auto& added : heard<MessageAdded>()) indexes.push_back(added.message.index);
    return indexes;
  }
  using Indexes = std::vector<std::int64_t>;
  static constexpr const char* kItems = "GET /items/ESCH1";

  std::int64_t id = 1;
};

TEST_F(HoleHealerTest, WaitingClosesByItselfWithoutARequest) {
  newest(1);
  add(1);
  add(3);
  add(2);
  EXPECT_EQ(told(), (Indexes{1, 2, 3}));
  pass(1min);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(HoleHealerTest, WaitingReadsWhatDoesNotCome) {
  add(3);
  EXPECT_EQ(told(), Indexes{});
  pass(499ms);
  EXPECT_EQ(rest.waiting(), 0u);
  pass(1ms);
  EXPECT_EQ(http::find_param(rest.request(kItems).params, "From"), "1");
  rest.answer(kItems, page(items({1, 3})));
  EXPECT_EQ(told(), (Indexes{1, 3})) << "2 does not exist: the page goes beyond it";
  EXPECT_TRUE(rest.waits("GET /Mine/CH1")) << "what the service counted is asked again";
}

TEST_F(HoleHealerTest, ReadingGoesOnPageByPage) {
  newest(4);
  pass(500ms);
  rest.answer(kItems, R"({"items":[)" + items({1, 2}) + R"(],"meta":{"next_token":"more"}})");
  EXPECT_EQ(told(), (Indexes{1, 2}));
  EXPECT_EQ(http::find_param(rest.request(kItems).params, "From"), "3");
  add(5);
  EXPECT_EQ(told(), (Indexes{1, 2})) << "in order";
  rest.answer(kItems, page(items({3, 4})));
  EXPECT_EQ(told(), (Indexes{1, 2, 3, 4, 5}));
}

TEST_F(HoleHealerTest, ReadingAPageThatLagsBehindReadsASecondOne) {
  newest(2);
  pass(500ms);
  rest.answer(kItems, page(items({1})));
  EXPECT_EQ(told(), (Indexes{1}));
  EXPECT_FALSE(rest.waits(kItems));
  pass(1200ms);
  EXPECT_EQ(http::find_param(rest.request(kItems).params, "From"), "2");
  rest.answer(kItems, page(items({2})));
  EXPECT_EQ(told(), (Indexes{1, 2}));
}

TEST_F(HoleHealerTest, ReadingTakesWhatTwoPagesLackForRemoved) {
  newest(2);
  pass(500ms);
  rest.answer(kItems, page(items({1})));
  pass(1200ms);
  rest.answer(kItems, page(""));
  EXPECT_FALSE(registry.by_sid("CH1")->hole());
  add(3);
  EXPECT_EQ(told(), (Indexes{1, 3}));
}

TEST_F(HoleHealerTest, ReadingWithoutProgressIsNotAStorm) {
  newest(5);
  pass(500ms);
  const std::string old_page = R"({"items":[)" + items({0}) + R"(],"meta":{"next_token":"more"}})";
  rest.answer(kItems, old_page);
  EXPECT_FALSE(rest.waits(kItems)) << "not at once";
  pass(1200ms);
  rest.answer(kItems, old_page);
  pass(1200ms);
  EXPECT_FALSE(rest.waits(kItems)) << "later each time";
}

TEST_F(HoleHealerTest, ReadingThatFailsIsTriedAgainLaterEachTime) {
  newest(1);
  pass(500ms);
  for (const auto least : {800ms, 1600ms}) {
    rest.fail(kItems, {.code = Errc::server_error, .message = "broken"});
    pass(least - 1ms);
    EXPECT_FALSE(rest.waits(kItems));
    pass(least / 2 + 1ms);
    EXPECT_TRUE(rest.waits(kItems));
  }
  rest.answer(kItems, page(items({1})));
  EXPECT_EQ(told(), (Indexes{1}));
}

TEST_F(HoleHealerTest, WaitingEndsWithTheChannel) {
  newest(1);
  my_conversations.drop("CH1");
  pass(500ms);
  EXPECT_FALSE(rest.waits(kItems));
}

TEST_F(HoleHealerTest, ReadingTellsNothingOfAChannelThatWasLeft) {
  newest(1);
  pass(500ms);
  my_conversations.drop("CH1");
  rest.answer(kItems, page(items({1})));
  EXPECT_EQ(told(), Indexes{});
}

TEST_F(HoleHealerTest, ReadingEndsWhenTheConnectionIsGivenUp) {
  newest(1);
  pass(500ms);
  model.on_given_up({.code = Errc::connection_lost, .message = "given up"}, /*final=*/false);
  rest.answer(kItems, page(items({1})));
  EXPECT_EQ(told(), Indexes{});
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(HoleHealerTest, OneReadAtATime) {
  newest(1);
  pass(500ms);
  newest(2);
  add(4);
  pass(1min);
  rest.answer(kItems, page(items({1})));
  EXPECT_EQ(rest.waiting(), 2u) << "a new count, and the next page";
}

}  // namespace
}  // namespace parley::detail
