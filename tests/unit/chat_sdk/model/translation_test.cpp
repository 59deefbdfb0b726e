#include <gtest/gtest.h>

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

TEST(PageQuery, AnExclusiveAnchorStepsInTheDirectionOfReading) {
  const auto from = [](const GetMessages& query) {
    const auto params = page_query(query);
    return params ? std::string(http::find_param(*params, "From").value_or("none")) : "nothing there";
  };
  EXPECT_EQ(from({}), "none");
  EXPECT_EQ(from({.anchor = Anchor::at(5)}), "5");
  EXPECT_EQ(from({.anchor = Anchor::beyond(5)}), "4");
  EXPECT_EQ(from({.anchor = Anchor::beyond(5), .direction = Direction::forwards}), "6");
  EXPECT_EQ(from({.anchor = Anchor::beyond(0)}), "nothing there");
}

TEST(MessagePage, IsInOrderAndNamesEachMessageOnceWhateverTheServiceSends) {
  conversations::SyncPage page;
  for (const auto* key : {"3", "4", "1", "4"}) {
    auto& item = page.items.emplace_back();
    item.key = key;
    item.data = R"({"sid":"IM","author":"bob","text":"one"})";
  }
  page.has_next = true;
  const auto read = to_message_page(page, {});
  std::vector<std::int64_t> indexes;
  for (const auto& message : read.messages) indexes.push_back(message.index);
  EXPECT_EQ(indexes, (std::vector<std::int64_t>{1, 3, 4}));
  ASSERT_TRUE(read.older);
  EXPECT_EQ(read.older->anchor->index, 1);
}

/// Of a page of messages with these indexes.
std::optional<IndexRange> range(const std::vector<std::int64_t>& indexes, const GetMessages& query,
                                bool has_previous, bool has_next) {
  conversations::SyncPage page;
  page.has_previous = has_previous;
  page.has_next = has_next;
  std::vector<Message> messages;
  for (const auto index : indexes) messages.emplace_back().index = index;
  return range_of(page, messages, query);
}

GetMessages forwards(std::optional<Anchor> anchor) {
  return {.anchor = anchor, .direction = Direction::forwards};
}

TEST(RangeOfAPage, ReachesFromItsAnchorToItsLastMessage) {
  EXPECT_EQ(range({3, 5, 6}, {.anchor = Anchor::at(7)}, true, true), (IndexRange{3, 7}));
  EXPECT_EQ(range({3, 5, 6}, {.anchor = Anchor::beyond(7)}, true, true), (IndexRange{3, 6}));
  EXPECT_EQ(range({6, 8}, forwards(Anchor::at(5)), true, true), (IndexRange{5, 8}));
}

TEST(RangeOfAPage, ReachesToTheBeginningIfNothingIsBefore) {
  EXPECT_EQ(range({5, 6, 8}, {.anchor = Anchor::at(8)}, true, false), (IndexRange{0, 8}));
  EXPECT_EQ(range({2, 3}, forwards(std::nullopt), false, true), (IndexRange{0, 3}));
  EXPECT_EQ(range({2, 3}, forwards(Anchor::at(1)), false, true), (IndexRange{0, 3}));
}

TEST(RangeOfAPage, EndsWithTheNewestMessageThatItHas) {
  EXPECT_EQ(range({6, 8}, {.anchor = Anchor::at(1000)}, false, true), (IndexRange{6, 8}));
  EXPECT_EQ(range({6, 10}, {}, false, true), (IndexRange{6, 10}));
  EXPECT_EQ(range({6, 7}, forwards(Anchor::at(5)), true, false), (IndexRange{5, 7}));
  EXPECT_EQ(range({}, forwards(Anchor::at(5)), true, false), std::nullopt);
}

}  // namespace
}  // namespace parley::detail
